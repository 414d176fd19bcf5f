import type { Vector } from "./vector.ts";

/** y_i = exp(x_i) / sum_j exp(x_j) */
export function softmax(x: Vector): Vector {
  const largest = x.reduce((most, value) => Math.max(most, value), -Infinity);
  const powers = x.map((value) => Math.exp(value - largest));
  const total = powers.reduce((all, value) => all + value, 0);
  return powers.map((value) => value / total);
}

/** From the gradient of y = softmax(x) to that of x. */
export function softmaxBack(y: Vector, dy: Vector): Vector {
  const mean = y.reduce((total, value, i) => total + value * dy[i], 0);
  return y.map((value, i) => value * (dy[i] - mean));
}
