import { add, mul, sub } from "../ops/elementwise.ts";
import type { Optimizer } from "./optimizer.ts";

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
