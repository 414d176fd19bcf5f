import {
  type BatchDims,
  type FlatUpdate,
  type Optimizer,
  type ParameterSpec,
  type TracedGraph,
  type TrainingOptions,
  adadelta,
  adagrad,
  adam,
  adamw,
  momentum,
  nadam,
  rmsprop,
  sgd,
  traceEvaluate,
  traceFlatUpdate,
  traceGradients,
  storedTensors,
  traceTrain,
  traceUpdate,
} from "@s2s/graph-builder";
import type { ModelConfig } from "@s2s/runtime/manifest";
import type { Config } from "../config.ts";

/** A usual target length: what is cheaper for a batch depends on its tokens, which vary. */
const USUAL_LENGTH = 24;

/** The update rule that a configuration names. */
export function optimizerOf({ training }: Config): Optimizer {
  switch (training.optimizer) {
    case "sgd":
      return sgd();
    case "momentum":
      return momentum(training.momentum);
    case "rmsprop":
      return rmsprop(training);
    case "adagrad":
      return adagrad(training);
    case "adadelta":
      return adadelta(training);
    case "nadam":
      return nadam(training);
    case "adam":
      return adam(training);
    case "adamw":
      return adamw(training);
  }
}

/** Numbers that are trained. */
export const parameterCount = (model: ModelConfig): number =>
  storedTensors(model).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);

/** How graphs will be run. */
export interface GraphsFor {
  /** In how many parts a batch is cut. */
  readonly shards?: number;
  /** Each graph on one thread. */
  readonly singleThreaded?: boolean;
  /** Sizes of the only batches, where loops are to be unrolled. */
  readonly dims?: BatchDims;
}

/** Training graphs of a model and configuration, traced when they are asked for. */
export class TrainingGraphs {
  readonly #options: TrainingOptions;
  readonly #config: Config;
  readonly #shards: number;

  constructor(model: ModelConfig, config: Config, { shards = 1, singleThreaded = false, dims }: GraphsFor = {}) {
    const { batchSize, dropout, labelSmoothing } = config.training;
    const tokens = Math.ceil(batchSize / shards) * USUAL_LENGTH;
    this.#options = { model, tokens, dropout, labelSmoothing, singleThreaded, ...(dims ? { dims } : {}) };
    this.#config = config;
    this.#shards = shards;
  }

  gradients(): TracedGraph {
    return traceGradients(this.#options);
  }

  evaluate(): TracedGraph {
    return traceEvaluate(this.#options);
  }

  train(): TracedGraph {
    return traceTrain({ ...this.#options, ...this.#rule() });
  }

  update(parameters: readonly ParameterSpec[]): TracedGraph {
    return traceUpdate(parameters, this.#rule());
  }

  /** The update as the CPU's workers share it: see `traceFlatUpdate`. */
  flatUpdate(row: number): FlatUpdate {
    return traceFlatUpdate(this.#rule(), this.#shards, row);
  }

  #rule() {
    return { optimizer: optimizerOf(this.#config), clipNorm: this.#config.training.clipNorm };
  }
}
