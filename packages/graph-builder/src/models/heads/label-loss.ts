import type { Value } from "../../ir.ts";
import { correct, crossEntropy } from "../../losses.ts";
import type { HeadLoss, HeadOptions } from "./head.ts";

/** The target of what has no label: padding. */
const NO_LABEL = -1;

/** Cross-entropy of logits [N, C] against labels [N] int32, -1 not counted, and how many are right. */
export function labelLoss(logits: Value, targets: Value, { training, labelSmoothing = 0 }: HeadOptions): HeadLoss {
  const { sum, count } = crossEntropy(logits, targets, training ? labelSmoothing : 0, NO_LABEL);
  return { sum, units: count, sums: { correct: correct(logits, targets, NO_LABEL) } };
}
