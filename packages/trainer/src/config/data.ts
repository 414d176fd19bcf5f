import * as v from "valibot";
import { choice, described, fraction, text, whole } from "./fields.ts";

/** Where examples come from. */
export const DataSchema = v.strictObject({
  train: described(v.optional(text), "training examples: tab-separated lines, CSV or JSON lines, as the task says (UTF-8)"),
  valid: described(v.optional(text), "validation examples; without it, `validFraction` of the training examples is held out"),
  sourceColumn: described(v.optional(whole(1, 1000), 1), "column of the source, counted from 1"),
  targetColumn: described(v.optional(whole(1, 1000), 2), "column of the target, counted from 1"),
  limit: described(
    v.optional(whole(1, Number.MAX_SAFE_INTEGER)),
    "read only so many examples, the first of the file; validation files are read whole",
  ),
  validFraction: described(v.optional(fraction, 0.1), "share of the training examples held out when no `valid` file is given"),
  validSplit: choice(
    ["random", "tail", "source"],
    "random",
    "which examples are held out: random ones (seeded), the last ones, or random sources with all that they occur with",
  ),
  images: described(v.optional(text), "folder that the paths of images are relative to (default: the data file's own)"),
});
