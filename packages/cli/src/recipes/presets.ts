import type { ConfigInput } from "@s2s/trainer";
import { SUTSKEVER_2014 } from "./sutskever2014.ts";

/** Models of papers in their full size, whose graphs can be written without data: the sizes of their vocabularies are known. */
export const PRESETS: Readonly<Record<string, ConfigInput>> = { sutskever2014: SUTSKEVER_2014 };
