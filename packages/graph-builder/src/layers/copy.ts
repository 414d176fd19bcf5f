import type { Value } from "../ir.ts";
import { add, clip, exp, log, maximum, mul, reciprocal } from "../ops/elementwise.ts";
import { scatterElements } from "../ops/index-ops.ts";
import { softmax } from "../ops/reduce.ts";
import type { Scope } from "../scope.ts";
import { addProduct } from "./linear.ts";

/** A gate is as good as closed there, and its exponentials are numbers. */
const MOST = 50;
/** Probabilities are taken to be at least this, so that their logarithms are numbers. */
const LEAST = 1e-30;

/**
 * What decides whether a step generates or copies: z = h wh + c wc + e we + b from state, context and the token that was read, g = sigmoid(z)
 * being the probability that it generates (See et al. 2017, equation 8). Parameters: wh [H, 1], wc [W, 1], we [E, 1], b [1].
 */
export function copyGate(scope: Scope, widths: { readonly hidden: number; readonly context: number; readonly embedding: number }) {
  const weight = (name: string, inputs: number): Value =>
    scope.parameter(name, [inputs, 1], { kind: "uniform", bound: 1 / Math.sqrt(inputs) });
  const [wh, wc, we] = [weight("wh", widths.hidden), weight("wc", widths.context), weight("we", widths.embedding)];
  const b = scope.parameter("b", [1], { kind: "zeros" });
  /** [..., H], [..., W], [..., E] -> [..., 1] */
  return (h: Value, c: Value, e: Value): Value => addProduct(h, wh, addProduct(c, wc, addProduct(e, we, b)));
}

/**
 * The pointer-generator's distribution (See et al. 2017, equation 9): log(g softmax(logits) + (1 - g) a), a the attention on each token's
 * places in the source. Logits [N, V], z [N, 1] of `copyGate`, attention [N, S], source ids [N, S] -> [N, V].
 */
export function copyMixture(logits: Value, z: Value, attention: Value, ids: Value): Value {
  // g and 1 - g, small or not, to as many digits as numbers have: the sigmoid has few of what is close to 0.
  const odds = exp(clip(z, -MOST, MOST));
  const generated = mul(softmax(logits), reciprocal(add(reciprocal(odds), 1)));
  const copied = mul(attention, reciprocal(add(odds, 1)));
  return log(maximum(scatterElements(generated, ids, copied, -1), LEAST));
}
