import type { OutputConfig } from "../manifest.ts";
import { classify } from "./outputs/label.ts";
import { tag } from "./outputs/labels.ts";
import { foresee } from "./outputs/numbers.ts";
import { draw } from "./outputs/strokes.ts";
import type { Predict } from "./predict.ts";
import type { Prediction } from "./prediction.ts";

/** What answers with something else than texts, by the kind of the model's output. */
export const PREDICTS: Readonly<Record<Exclude<OutputConfig["kind"], "tokens">, Predict<Prediction>>> = {
  label: classify,
  labels: tag,
  numbers: foresee,
  strokes: draw,
};
