import { attachGradient } from "../../custom.ts";
import type { Value } from "../../ir.ts";
import { greater, mul, sub, where } from "../../ops/elementwise.ts";
import { reduceSum, softmax } from "../../ops/reduce.ts";

/** At most this is nothing: no float32 sum of weights that make 1 would know of it. */
const NEGLIGIBLE = 1e-12;

/**
 * w = softmax(scores) along the last axis, with negligible weights exactly zero. Scores that are not bounded are learned to lie so far apart that
 * most weights and their gradients would be below the smallest normal number, and a processor takes a hundred times as long for those: the
 * products with them cost more than all the rest of a training step (docs/performance.md).
 */
export function shares(scores: Value): Value {
  const all = softmax(scores);
  const weights = where(greater(all, NEGLIGIBLE), all, 0);
  // d scores = w (dw - sum(dw w)), from the weights that were used: the softmax's own rule would read the tiny ones again.
  attachGradient(weights, [scores], (gradient, read) => {
    const used = read(weights);
    const weighted = mul(gradient, used);
    return [sub(weighted, mul(used, reduceSum(weighted, [-1], true)))];
  });
  return weights;
}
