import type { Value } from "../ir.ts";
import { add, div, exp, mul, sub, tanh } from "../ops/elementwise.ts";
import { reduceSum } from "../ops/reduce.ts";
import { type AdamOptions, MOMENTS, moments } from "./moments.ts";
import type { Optimizer, StepScalars } from "./optimizer.ts";

/** log of 0.96^psi: the momentum's schedule (Dozat 2016), with PyTorch's psi. */
const DECAY = Math.log(0.96) * 0.004;
/** Of the series below: 2^-40 is beyond what float64 sums show. */
const TERMS = 40;

/** u_t = b1 (1 - x^t / 2), x = 0.96^0.004: momentum that grows to b1. */
const momentumAt = (t: Value, beta1: number): Value => mul(sub(1, mul(exp(mul(t, DECAY)), 0.5)), beta1);

/**
 * u_1 u_2 .. u_t, in closed form since no scalar is carried from step to step:
 *
 *     log prod (1 - x^i / 2) = - sum_k 2^-k / k  sum_i x^(k i) = - sum_k c_k (1 - x^(k t)),   c_k = 2^-k / k  x^k / (1 - x^k)
 *
 * with 1 - exp(-y) = 2 tanh(y / 2) / (1 + tanh(y / 2)), which keeps small y exact.
 */
function momentumProduct({ step }: StepScalars, beta1: number): Value {
  const k = Array.from({ length: TERMS }, (_, i) => i + 1);
  const vector = (numbers: number[]): Value => step.graph.constant(step.type, [TERMS], numbers);
  const half = tanh(mul(vector(k.map((n) => (-DECAY * n) / 2)), step));
  const gone = div(mul(half, 2), add(half, 1));
  const sum = reduceSum(mul(vector(k.map((n) => (2 ** -n / n) * (1 / Math.expm1(-DECAY * n)))), gone));
  return exp(sub(mul(step, Math.log(beta1)), sum));
}

/**
 * NAdam (Dozat 2016; PyTorch's): Adam that looks a step of its momentum ahead, with u_t = b1 (1 - 0.96^(0.004 t) / 2) and U_t = u_1 .. u_t:
 *
 *     w' = w - r ((1 - u_t) / (1 - U_t) g + u_(t+1) / (1 - U_t u_(t+1)) m') / (sqrt(v' / (1 - b2^t)) + e)
 */
export function nadam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {}): Optimizer {
  return {
    slots: MOMENTS,
    prepare(scalars) {
      const { learningRate, step } = scalars;
      const { k, next } = moments(scalars, { beta1, beta2, epsilon });
      const [now, after] = [momentumAt(step, beta1), momentumAt(add(step, 1), beta1)];
      const product = momentumProduct(scalars, beta1);
      const rate = mul(learningRate, k);
      const ofGradient = mul(rate, div(sub(1, now), sub(1, product)));
      const ofMean = mul(rate, mul(div(after, sub(1, mul(product, after))), 1 - beta1));
      return (w, g, slots) => {
        const { m, v, size } = next(g, slots);
        return { parameter: sub(w, div(add(mul(g, ofGradient), mul(m, ofMean)), size)), slots: [m, v] };
      };
    },
  };
}
