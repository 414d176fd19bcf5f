import type { Initializer, ParameterSpec } from "./init.ts";
import type { FloatType, Graph, Value } from "./ir.ts";

export interface DropoutOptions {
  readonly rate: number;
  readonly seed: Value;
}

export interface ScopeOptions {
  readonly type: FloatType;
  /** Training graphs take parameters as inputs; inference graphs store them, as external data. */
  readonly parameters: "inputs" | "external";
  /** Target tokens that a run of the graph is expected to see: decides what is cheaper to compute for the whole vocabulary. */
  readonly tokens?: number;
  /** How inference runs a recurrent layer: as the runtime's own operator (default), or as a loop whose products can be quantised. */
  readonly recurrence?: "operator" | "loop";
  /** Drops activations: in training graphs. */
  readonly dropout?: DropoutOptions;
  /** Drops what recurrent layers hand from step to step, the same units at every step of a sequence (Gal & Ghahramani 2016). */
  readonly recurrentDropout?: DropoutOptions;
}

/** Where layers make their parameters: `scope.in("encoder").in("lstm")` gives them their names, `encoder.lstm.wx`. */
export class Scope {
  readonly graph: Graph;
  readonly options: ScopeOptions;
  readonly #prefix: string;
  readonly #made: Map<string, { spec: ParameterSpec; value: Value }>;

  constructor(graph: Graph, options: ScopeOptions, prefix = "", made = new Map()) {
    this.graph = graph;
    this.options = options;
    this.#prefix = prefix;
    this.#made = made;
  }

  in(name: string | number): Scope {
    return new Scope(this.graph, this.options, `${this.#prefix}${name}.`, this.#made);
  }

  /** A trained tensor. */
  parameter(name: string, shape: readonly number[], init: Initializer): Value {
    const full = this.#prefix + name;
    if (this.#made.has(full)) throw new Error(`parameter ${full} exists already`);
    const { type, parameters } = this.options;
    const value = parameters === "inputs" ? this.graph.input(full, type, shape) : this.graph.external(full, type, shape);
    this.#made.set(full, { spec: { name: full, shape, init }, value });
    return value;
  }

  /** Every parameter made so far, in the order of creation. */
  get parameters(): { readonly spec: ParameterSpec; readonly value: Value }[] {
    return [...this.#made.values()];
  }

  /** A number that tells this place from every other one in the model: a key for dropout masks. */
  get key(): number {
    let hash = 0x811c9dc5;
    for (let i = 0; i < this.#prefix.length; i++) hash = Math.imul(hash ^ this.#prefix.charCodeAt(i), 0x01000193);
    return hash;
  }
}
