import { add, div, mul, sqrt, sub } from "../ops/elementwise.ts";
import type { Optimizer } from "./optimizer.ts";

export interface RmspropOptions {
  /** Share of the old mean square that is kept. */
  readonly rho?: number;
  readonly epsilon?: number;
}

/** RMSprop (Tieleman & Hinton 2012; Keras' plain form): v' = p v + (1 - p) g^2, w' = w - r g / sqrt(v' + e) */
export const rmsprop = ({ rho = 0.9, epsilon = 1e-7 }: RmspropOptions = {}): Optimizer => ({
  slots: ["square"],
  prepare:
    ({ learningRate }) =>
    (w, g, [square]) => {
      const v = add(mul(square, rho), mul(mul(g, g), 1 - rho));
      return { parameter: sub(w, div(mul(g, learningRate), sqrt(add(v, epsilon)))), slots: [v] };
    },
});

/** Adagrad (Duchi et al. 2011): v' = v + g^2, w' = w - r g / (sqrt(v') + e) */
export const adagrad = ({ epsilon = 1e-10 }: Pick<RmspropOptions, "epsilon"> = {}): Optimizer => ({
  slots: ["square"],
  prepare:
    ({ learningRate }) =>
    (w, g, [square]) => {
      const v = add(square, mul(g, g));
      return { parameter: sub(w, div(mul(g, learningRate), add(sqrt(v), epsilon))), slots: [v] };
    },
});

/**
 * Adadelta (Zeiler 2012), whose steps have the parameters' own units, so that r = 1 is the paper's rule:
 *
 *     v' = p v + (1 - p) g^2,   d = g sqrt(u + e) / sqrt(v' + e),   u' = p u + (1 - p) d^2,   w' = w - r d
 */
export const adadelta = ({ rho = 0.9, epsilon = 1e-6 }: RmspropOptions = {}): Optimizer => ({
  slots: ["square", "change"],
  prepare:
    ({ learningRate }) =>
    (w, g, [square, change]) => {
      const v = add(mul(square, rho), mul(mul(g, g), 1 - rho));
      const d = mul(g, sqrt(div(add(change, epsilon), add(v, epsilon))));
      const u = add(mul(change, rho), mul(mul(d, d), 1 - rho));
      return { parameter: sub(w, mul(d, learningRate)), slots: [v, u] };
    },
});
