import type { InputOf } from "@s2s/runtime/manifest";
import type { InputKind } from "./input.ts";

/** No source at all: language models, free drawing. */
export const none: InputKind<InputOf<"none">> = {
  width: () => 0,
  declare: () => ({ source: null, lengths: null }),
  make: () => () => ({ kind: "none" }),
};
