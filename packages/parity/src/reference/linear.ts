import type { Parameters } from "./parameters.ts";
import { type Vector, addOuter, addTo, times, timesTransposed } from "./vector.ts";

/** A value, and what turns its gradient into that of what it was computed from; weights' gradients are added to the parameters'. */
export interface Computed {
  readonly y: Vector;
  readonly back: (dy: Vector) => Vector;
}

/** A vector and the name of the matrix that it is multiplied with. */
export type Term = readonly [x: Vector, w: string];

/** y = sum of x W over all terms, + b where there is one. The gradients come in the order of the terms. */
export function affine(
  parameters: Parameters,
  terms: readonly Term[],
  b?: string,
): { readonly y: Vector; readonly back: (dy: Vector) => Vector[] } {
  const y = b === undefined ? new Float64Array(parameters.get(terms[0][1]).columns) : parameters.get(b).data.slice();
  for (const [x, w] of terms) addTo(y, times(x, parameters.get(w)));
  return {
    y,
    back(dy) {
      if (b !== undefined) addTo(parameters.gradient(b), dy);
      return terms.map(([x, w]) => {
        addOuter(parameters.gradient(w), x, dy);
        return timesTransposed(dy, parameters.get(w));
      });
    },
  };
}

/** y = x W, W of the given name. */
export function product(parameters: Parameters, x: Vector, w: string): Computed {
  const { y, back } = affine(parameters, [[x, w]]);
  return { y, back: (dy) => back(dy)[0] };
}

/** y = x W + b. */
export function linear(parameters: Parameters, name: string, x: Vector): Computed {
  const { y, back } = affine(parameters, [[x, `${name}.w`]], `${name}.b`);
  return { y, back: (dy) => back(dy)[0] };
}
