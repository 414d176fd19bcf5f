import type { InputConfig, Manifest } from "../../manifest.ts";
import type { ReadInput } from "./index.ts";
import { readVector, readVectors } from "./numbers.ts";
import { readFrames, readPicture } from "./pictures.ts";
import { readSeries } from "./series.ts";

/** How inputs are read that are no texts. */
export function otherReader(
  { series, maxSourceLength }: Manifest,
  input: Exclude<InputConfig, { readonly kind: "tokens" | "none" }>,
): ReadInput {
  switch (input.kind) {
    case "vectors":
      return (value) => (series === undefined ? readVectors(value, input.width, maxSourceLength) : readSeries(value, series));
    case "vector":
      return (value) => readVector(value, input.width);
    case "image":
      return (value) => readPicture(value, input);
    case "frames":
      return (value) => readFrames(value, input, maxSourceLength);
  }
}
