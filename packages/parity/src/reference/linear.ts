import type { Parameters } from "./parameters.ts";
import { type Vector, addOuter, addTo, sum, times, timesTransposed } from "./vector.ts";

/** A value, and what turns its gradient into that of what it was computed from; weights' gradients are added to the parameters'. */
export interface Computed {
  readonly y: Vector;
  readonly back: (dy: Vector) => Vector;
}

/** y = x W + b. */
export function linear(parameters: Parameters, name: string, x: Vector): Computed {
  const w = parameters.get(`${name}.w`);
  return {
    y: sum(times(x, w), parameters.get(`${name}.b`).data),
    back(dy) {
      addOuter(parameters.gradient(`${name}.w`), x, dy);
      addTo(parameters.gradient(`${name}.b`), dy);
      return timesTransposed(dy, w);
    },
  };
}
