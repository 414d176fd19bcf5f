import type { ConfigKey } from "@s2s/trainer";
import { oneOf } from "./common.ts";
import { parseOption } from "./value.ts";

/** Reads a weight. @param option as typed, for the message */
export function weight(option: string): (text: string) => number {
  const key: ConfigKey = { key: option, type: "number", description: "", minimum: 0, maximum: 1_000_000 };
  return (text) => parseOption(key, option, text) as number;
}

/** Reads weights with commas between them. */
export function weights(option: string): (text: string) => number[] {
  const one = weight(option);
  return (text) => text.split(",").map((part) => one(part.trim()));
}

/** Reads some of these names with commas between them, each once. */
export function nameList<N extends string>(option: string, names: readonly N[]): (text: string) => N[] {
  const one = oneOf(option, names);
  return (text) => [...new Set(text.split(",").map((name) => one(name.trim()) as N))];
}
