import type { Parameters } from "./parameters.ts";
import { type Vector, addTo } from "./vector.ts";

/** y = E[id]. */
export function embedding(parameters: Parameters, name: string, id: number): { readonly y: Vector; readonly back: (dy: Vector) => void } {
  const { columns, data } = parameters.get(`${name}.w`);
  const from = id * columns;
  return {
    y: data.slice(from, from + columns),
    back: (dy) => addTo(parameters.gradient(`${name}.w`), dy, from),
  };
}
