import { div, mul, sub } from "../ops/elementwise.ts";
import { type AdamOptions, MOMENTS, moments, power } from "./moments.ts";
import type { Optimizer } from "./optimizer.ts";

/**
 * Adam (Kingma & Ba 2015):
 *
 *     m' = b1 m + (1 - b1) g,   v' = b2 v + (1 - b2) g^2
 *     w' = w - r (m' / (1 - b1^t)) / (sqrt(v' / (1 - b2^t)) + e)
 *
 * In terms of `moments`: w' = w - a M' / (sqrt(V') + e k), a = r k (1 - b1) / (1 - b1^t).
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

function adaptive(options: Required<AdamOptions>, weightDecay: number): Optimizer {
  const { beta1 } = options;
  return {
    slots: MOMENTS,
    prepare(scalars) {
      const { learningRate } = scalars;
      const { k, next } = moments(scalars, options);
      const size = mul(mul(learningRate, k), div(1 - beta1, sub(1, power(scalars, beta1))));
      const keep = weightDecay === 0 ? null : sub(1, mul(learningRate, weightDecay));
      return (w, g, slots) => {
        const { m, v, size: usual } = next(g, slots);
        return { parameter: sub(keep ? mul(w, keep) : w, mul(div(m, usual), size)), slots: [m, v] };
      };
    },
  };
}
