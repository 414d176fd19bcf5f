import type { Matrix, Vector } from "./vector.ts";

/** Tensors by their parameters' names. */
export type Weights = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>;

/** A model's weights in float64, and the gradients that are summed for them. */
export class Parameters {
  readonly #matrices = new Map<string, Matrix>();
  readonly #gradients = new Map<string, Vector>();

  constructor(weights: Weights) {
    for (const [name, { shape, data }] of weights) {
      const columns = shape.at(-1) ?? 1;
      this.#matrices.set(name, { rows: data.length / columns, columns, data: Float64Array.from(data) });
    }
  }

  get(name: string): Matrix {
    const found = this.#matrices.get(name);
    if (!found) throw new Error(`the weights have no ${name}`);
    return found;
  }

  /** Where the gradient of a parameter is added up, in the parameter's own order. */
  gradient(name: string): Vector {
    let found = this.#gradients.get(name);
    if (!found) this.#gradients.set(name, (found = new Float64Array(this.get(name).data.length)));
    return found;
  }

  /** The gradients of every parameter, zero where none came; the next sum begins anew. */
  takeGradients(): Map<string, Vector> {
    const all = new Map([...this.#matrices.keys()].map((name) => [name, this.gradient(name)]));
    this.#gradients.clear();
    return all;
  }
}
