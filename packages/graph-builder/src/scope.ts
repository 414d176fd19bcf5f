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
  /** How windows of pictures are pooled: `patches` where the gradient of ONNX's operator is not to be had (WebGPU gives no places of maxima). */
  readonly pooling?: "operator" | "patches";
  /** Whether the graph trains: batch normalisation then uses, and measures, the batch's own statistics. */
  readonly training?: boolean;
  /** Drops activations: in training graphs. */
  readonly dropout?: DropoutOptions;
  /** Drops what recurrent layers hand from step to step, the same units at every step of a sequence (Gal & Ghahramani 2016). */
  readonly recurrentDropout?: DropoutOptions;
  /** Drops numbers of embedded tokens; without it `dropout` does. */
  readonly embeddingDropout?: DropoutOptions;
  /** Drops whole tokens, see `wordDropout`. */
  readonly wordDropout?: DropoutOptions;
}

/** A tensor that is gathered over the batches of a training and used as it stands afterwards, such as the mean that batch normalisation keeps. */
export interface Statistic {
  /** What has been gathered: in every graph but those that measure. */
  stored(): Value;
  /** In a graph that measures: the batch's own value, of the statistic's shape. */
  measure(value: Value): void;
}

interface Made {
  readonly spec: ParameterSpec;
  readonly value: Value;
}

interface MadeStatistic {
  readonly spec: ParameterSpec;
  /** Made when it is asked for: a graph need not take what it does not read. */
  stored(): Value;
  measured: Value | null;
}

/** How much of a statistic is the last batch: stored = 0.9 stored + 0.1 measured. */
export const STATISTIC_SHARE = 0.1;

/** What all scopes of a model share. */
class Registry {
  readonly parameters = new Map<string, Made>();
  readonly statistics = new Map<string, MadeStatistic>();
}

/** Where layers make their parameters: `scope.in("encoder").in("layers")` gives them their names, `encoder.layers.0.wx`. */
export class Scope {
  readonly graph: Graph;
  readonly options: ScopeOptions;
  readonly #prefix: string;
  readonly #made: Registry;

  constructor(graph: Graph, options: ScopeOptions, prefix = "", made = new Registry()) {
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
    const full = this.#newName(name);
    const value = this.#tensor(full, shape);
    this.#made.parameters.set(full, { spec: { name: full, shape, init }, value });
    return value;
  }

  /** A tensor of the model that is measured, not trained: it has no gradient, and is stored beside the parameters. */
  statistic(name: string, shape: readonly number[], init: Initializer): Statistic {
    const full = this.#newName(name);
    let value: Value | null = null;
    const made: MadeStatistic = {
      spec: { name: full, shape, init },
      stored: () => (value ??= this.#tensor(full, shape)),
      measured: null,
    };
    this.#made.statistics.set(full, made);
    return { stored: made.stored, measure: (batch) => void (made.measured = batch) };
  }

  /** A parameter that was made before, by its name in this scope; null where there is none. */
  made(name: string): Value | null {
    return this.#made.parameters.get(this.#prefix + name)?.value ?? null;
  }

  #newName(name: string): string {
    const full = this.#prefix + name;
    if (this.#made.parameters.has(full) || this.#made.statistics.has(full)) throw new Error(`parameter ${full} exists already`);
    return full;
  }

  #tensor(name: string, shape: readonly number[]): Value {
    const { type, parameters } = this.options;
    return parameters === "inputs" ? this.graph.input(name, type, shape) : this.graph.external(name, type, shape);
  }

  /** Every parameter made so far, in the order of creation. */
  get parameters(): readonly Made[] {
    return [...this.#made.parameters.values()];
  }

  /** Every statistic made so far; `measured` is null in graphs that read what is stored. */
  get statistics(): readonly Readonly<MadeStatistic>[] {
    return [...this.#made.statistics.values()];
  }

  /** All tensors of the model: what a bundle stores. */
  get stored(): readonly ParameterSpec[] {
    return [...this.parameters, ...this.statistics].map(({ spec }) => spec);
  }

  /** A number that tells this place from every other one in the model: a key for dropout masks. */
  get key(): number {
    let hash = 0x811c9dc5;
    for (let i = 0; i < this.#prefix.length; i++) hash = Math.imul(hash ^ this.#prefix.charCodeAt(i), 0x01000193);
    return hash;
  }
}
