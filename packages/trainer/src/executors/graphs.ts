import {
  type BatchDims,
  type FlatUpdate,
  type Optimizer,
  type ParameterSpec,
  type TracedGraph,
  type TracedTraining,
  type TrainingOptions,
  adadelta,
  adagrad,
  adam,
  adamw,
  averaged,
  drawnFrom,
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
import { checkFreeze, frozenBy } from "../freeze.ts";

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

/** The rule that training runs by: the one that is named and, where `averageDecay` says so, the mean of the weights beside. */
export function updateRuleOf(config: Config): Optimizer {
  const { averageDecay } = config.training;
  const rule = optimizerOf(config);
  return averageDecay > 0 ? averaged(rule, averageDecay) : rule;
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
    const { training } = config;
    const { batchSize, dropout, embeddingDropout = dropout } = training;
    this.#options = {
      ...training,
      model,
      embeddingDropout,
      tokens: Math.ceil(batchSize / shards) * USUAL_LENGTH,
      scheduledSampling: training.scheduledSampling !== "none",
      frozen: frozenBy(training.freeze),
      singleThreaded,
      ...(dims ? { dims } : {}),
    };
    this.#config = config;
    this.#shards = shards;
  }

  gradients(): TracedTraining {
    return this.#finished(traceGradients(this.#options));
  }

  evaluate(): TracedTraining {
    return this.#finished(traceEvaluate(this.#options));
  }

  train(): TracedTraining {
    return this.#finished(traceTrain({ ...this.#options, ...this.#rule() }));
  }

  update(parameters: readonly ParameterSpec[]): TracedGraph {
    return traceUpdate(parameters, this.#rule());
  }

  /** The update as the CPU's workers share it: see `traceFlatUpdate`. */
  flatUpdate(row: number): FlatUpdate {
    return traceFlatUpdate(this.#rule(), this.#shards, row);
  }

  #rule() {
    const { clipNorm, clipValue } = this.#config.training;
    return { optimizer: updateRuleOf(this.#config), clipNorm, clipValue };
  }

  /** Parameters start as the configuration says. @throws UserError where it freezes what is not there, or all */
  #finished(traced: TracedTraining): TracedTraining {
    const { freeze, initialization: kind, initializationScale: scale } = this.#config.training;
    checkFreeze(
      freeze,
      traced.parameters.map(({ name }) => name),
    );
    if (kind === "default") return traced;
    const init = kind === "uniform" ? ({ kind, bound: scale } as const) : ({ kind, deviation: scale } as const);
    const drawn = (specs: readonly ParameterSpec[]): ParameterSpec[] => specs.map((spec) => drawnFrom(spec, init));
    return { ...traced, parameters: drawn(traced.parameters), trained: drawn(traced.trained) };
  }
}
