import type { InputConfig } from "@s2s/runtime/manifest";

/** How a model with a source of this kind is asked, where the source is all that it is asked. */
export function askPredict(folder: string, input: InputConfig["kind"]): string {
  if (input === "tokens") return `predict ${folder} "some text"`;
  return input === "image" ? `predict ${folder} image.png` : `predict ${folder} < sources.jsonl`;
}

/** Texts and the paths of images stand in tab-separated lines, numbers in JSON. */
export const pairEnding = (input: InputConfig["kind"]): string => (input === "tokens" || input === "image" ? ".tsv" : ".jsonl");
