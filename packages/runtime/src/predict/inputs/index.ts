import type { Refusal } from "../../engine/service.ts";
import type { Texts } from "../../engine/texts.ts";
import type { Manifest } from "../../manifest.ts";
import type { Source } from "../../model-source.ts";
import { readVector, readVectors } from "./numbers.ts";
import { readFrames, readPicture } from "./pictures.ts";
import { readSeries } from "./series.ts";

/** Reads what a caller gave as the model's graphs take it; nothing of a text without a token. */
export type ReadInput = (value: unknown) => Source | Refusal | undefined;

/** How the inputs of a model are read. */
export function inputReader({ model, series, maxSourceLength }: Manifest, texts: Texts): ReadInput {
  const { input, output } = model;
  switch (input.kind) {
    case "tokens":
      return (value) => texts.encodeSource(value);
    case "vectors":
      return (value) => (series === undefined ? readVectors(value, input.width, maxSourceLength) : readSeries(value, series));
    case "vector":
      return (value) => readVector(value, input.width);
    case "image":
      return (value) => readPicture(value, input);
    case "frames":
      return (value) => readFrames(value, input, maxSourceLength);
    case "none":
      // The prompt, of which the answer is the continuation: it is what samples are drawn by.
      return output.kind === "tokens" ? (value) => texts.encodePrompt(value) : () => [];
  }
}
