import type { Value } from "../ir.ts";
import { add, div, mul, pow, sqrt, sub } from "../ops/elementwise.ts";
import type { StepScalars } from "./optimizer.ts";

export interface AdamOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/** The slots of Adam and its relatives, see `moments`. */
export const MOMENTS = ["mean", "square"] as const;

/** base^t */
export const power = ({ step }: StepScalars, base: number): Value => pow(step.graph.constant(step.type, [], [base]), step);

/**
 * What Adam and its relatives share: m' = b1 m + (1 - b1) g, v' = b2 v + (1 - b2) g^2 and sqrt(v' / (1 - b2^t)) + e, the gradient's usual size.
 * The slots hold M = m / (1 - b1) and V = v / (1 - b2), which saves two passes over every parameter; the constants go into the step size:
 *
 *     M' = b1 M + g,   V' = b2 V + g^2,   k = sqrt((1 - b2^t) / (1 - b2)),   sqrt(V') + e k  is  k times that size
 */
export function moments(scalars: StepScalars, { beta1, beta2, epsilon }: Required<AdamOptions>) {
  const k = sqrt(div(sub(1, power(scalars, beta2)), 1 - beta2));
  const guard = mul(k, epsilon);
  return {
    k,
    next(g: Value, [mean, square]: readonly Value[]) {
      const m = add(mul(mean, beta1), g);
      const v = add(mul(square, beta2), mul(g, g));
      return { m, v, size: add(sqrt(v), guard) };
    },
  };
}
