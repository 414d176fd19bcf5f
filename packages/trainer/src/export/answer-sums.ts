import type { OutputConfig } from "@s2s/runtime/manifest";
import { NO_LABEL } from "../data/targets/labels.ts";
import type { BatchTensor, EvaluationSums } from "../executor.ts";

/** Probabilities are rounded to zero where they are tinier; their logarithm is to stay finite. */
const LEAST = 2 ** -149;

/**
 * What evaluation graphs sum up, of the answers that predict.onnx gives: of probabilities the negative logarithm of the right class's, of numbers the
 * squared error.
 */
export function answerSums(kind: OutputConfig["kind"], answer: Float32Array, target: BatchTensor["data"]): EvaluationSums {
  if (kind === "numbers") {
    const loss = answer.reduce((sum, value, i) => sum + (value - target[i]!) ** 2, 0);
    return { loss_sum: loss, units: target.length };
  }
  const classes = answer.length / target.length;
  let [loss, units] = [0, 0];
  for (const [i, label] of target.entries()) {
    if (label === NO_LABEL) continue;
    loss -= Math.log(Math.max(answer[i * classes + label]!, LEAST));
    units += 1;
  }
  return { loss_sum: loss, units };
}
