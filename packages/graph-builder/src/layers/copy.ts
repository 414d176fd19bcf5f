import type { Value } from "../ir.ts";
import { log, maximum, mul, sigmoid, sub } from "../ops/elementwise.ts";
import { scatterElements } from "../ops/index-ops.ts";
import { softmax } from "../ops/reduce.ts";
import type { Scope } from "../scope.ts";
import { addProduct } from "./linear.ts";

/** Probabilities are taken to be at least this, so that their logarithms are numbers. */
const LEAST = 1e-30;

/**
 * How likely a step is to generate and not to copy: g = sigmoid(h wh + c wc + e we + b) from state, context and the token that was read
 * (See et al. 2017, equation 8). Parameters: wh [H, 1], wc [W, 1], we [E, 1], b [1].
 */
export function copyGate(scope: Scope, widths: { readonly hidden: number; readonly context: number; readonly embedding: number }) {
  const weight = (name: string, inputs: number): Value =>
    scope.parameter(name, [inputs, 1], { kind: "uniform", bound: 1 / Math.sqrt(inputs) });
  const [wh, wc, we] = [weight("wh", widths.hidden), weight("wc", widths.context), weight("we", widths.embedding)];
  const b = scope.parameter("b", [1], { kind: "zeros" });
  /** [..., H], [..., W], [..., E] -> [..., 1] */
  return (h: Value, c: Value, e: Value): Value => sigmoid(addProduct(h, wh, addProduct(c, wc, addProduct(e, we, b))));
}

/**
 * The pointer-generator's distribution (See et al. 2017, equation 9): log(g softmax(logits) + (1 - g) a), a the attention on each token's
 * places in the source. Logits [N, V], gate g [N, 1], attention [N, S], source ids [N, S] -> [N, V].
 */
export function copyMixture(logits: Value, gate: Value, attention: Value, ids: Value): Value {
  const generated = mul(softmax(logits), gate);
  const copied = mul(attention, sub(1, gate));
  return log(maximum(scatterElements(generated, ids, copied, -1), LEAST));
}
