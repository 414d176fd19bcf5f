import type { Value } from "./ir.ts";
import { add, div, minimum, mul, pow, sqrt, sub, sumOf } from "./ops/elementwise.ts";
import { reshape } from "./ops/movement.ts";
import { reduceSum, reduceSumSquare } from "./ops/reduce.ts";

/** Scalars of a step, all of the parameters' element type: []. */
export interface StepScalars {
  readonly learningRate: Value;
  /** Counts from 1. */
  readonly step: Value;
}

/** An update rule: slots are tensors of the parameter's shape that start at zero and are carried from step to step. */
export interface Optimizer {
  readonly slots: readonly string[];
  /** Scalars shared by all parameters, computed once a step. */
  prepare(
    scalars: StepScalars,
  ): (parameter: Value, gradient: Value, slots: readonly Value[]) => { readonly parameter: Value; readonly slots: readonly Value[] };
}

/** w' = w - r g */
export const sgd = (): Optimizer => ({
  slots: [],
  prepare:
    ({ learningRate }) =>
    (w, g) => ({ parameter: sub(w, mul(g, learningRate)), slots: [] }),
});

/** v' = m v + g, w' = w - r v' (Polyak 1964, in PyTorch's form) */
export const momentum = (factor = 0.9): Optimizer => ({
  slots: ["velocity"],
  prepare:
    ({ learningRate }) =>
    (w, g, [v]) => {
      const next = add(mul(v, factor), g);
      return { parameter: sub(w, mul(next, learningRate)), slots: [next] };
    },
});

export interface AdamOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/**
 * Adam (Kingma & Ba 2015):
 *
 *     m' = b1 m + (1 - b1) g,   v' = b2 v + (1 - b2) g^2
 *     w' = w - r (m' / (1 - b1^t)) / (sqrt(v' / (1 - b2^t)) + e)
 *
 * The slots hold m / (1 - b1) and v / (1 - b2), which saves two passes over every parameter; the constants go into the step size:
 *
 *     M' = b1 M + g,   V' = b2 V + g^2,   w' = w - a M' / (sqrt(V') + e')
 *     with k = sqrt((1 - b2^t) / (1 - b2)),   a = r k (1 - b1) / (1 - b1^t),   e' = e k
 */
export function adam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {}): Optimizer {
  return adaptive({ beta1, beta2, epsilon }, 0);
}

/** AdamW (Loshchilov & Hutter 2019): Adam, and w' = ... - r d w, decay decoupled from the gradient. */
export function adamw({
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  weightDecay = 0.01,
}: AdamOptions & { readonly weightDecay?: number } = {}): Optimizer {
  return adaptive({ beta1, beta2, epsilon }, weightDecay);
}

function adaptive({ beta1, beta2, epsilon }: Required<AdamOptions>, weightDecay: number): Optimizer {
  return {
    slots: ["mean", "square"],
    prepare({ learningRate, step }) {
      const power = (base: number): Value => pow(learningRate.graph.constant(step.type, [], [base]), step);
      const k = sqrt(div(sub(1, power(beta2)), 1 - beta2));
      const size = mul(mul(learningRate, k), div(1 - beta1, sub(1, power(beta1))));
      const guard = mul(k, epsilon);
      const keep = weightDecay === 0 ? null : sub(1, mul(learningRate, weightDecay));
      return (w, g, [mean, square]) => {
        const m = add(mul(mean, beta1), g);
        const v = add(mul(square, beta2), mul(g, g));
        const change = mul(div(m, add(sqrt(v), guard)), size);
        return { parameter: sub(keep ? mul(w, keep) : w, change), slots: [m, v] };
      };
    },
  };
}

/** Euclidean norm over all gradients together; long sums go in two stages, so that runtimes agree. */
export function globalNorm(gradients: readonly Value[]): Value {
  const squares = gradients.map((gradient) => reshape(reduceSum(reduceSumSquare(gradient, [-1], true)), []));
  return sqrt(sumOf(squares));
}

/** Factor that brings gradients of this norm to at most `longest`: min(1, longest / (norm + 1e-6)), as PyTorch's clip_grad_norm_. */
export const clipFactor = (norm: Value, longest: number): Value =>
  minimum(div(longest, add(norm, 1e-6)), norm.graph.constant(norm.type, [], [1]));
