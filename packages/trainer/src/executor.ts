/** An input of the training graphs for every example of a batch. */
export interface BatchTensor {
  readonly type: "int32" | "float32";
  /** [B, ...] */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Int32Array | Float32Array;
}

/** Examples, padded on the right to equal lengths. */
export interface BatchPart {
  readonly size: number;
  /** By the names that the training graphs know them by: docs/design.md lists them for each kind of model. */
  readonly tensors: Readonly<Record<string, BatchTensor>>;
}

/** The examples of a step. */
export interface Batch extends BatchPart {
  /** What the loss is a sum over: target tokens, labels, numbers or points. */
  readonly units: number;
}

export interface StepOptions {
  /** Counts from 1; decides the dropout masks, together with the seed. */
  readonly step: number;
  readonly learningRate: number;
  /** Probability that a decoder of tokens is fed a true one: see `scheduledSampling`. Default 1. */
  readonly teacherForcing?: number;
  /** Factor of the summed loss whose gradient is taken: see `lossScale`. */
  readonly scale: number;
}

export interface StepResult {
  /** Sum of the training loss over the batch's units (nats, label smoothing included). */
  readonly lossSum: number;
  readonly units: number;
  /** Global gradient norm before clipping. */
  readonly gradientNorm: number;
}

/**
 * Sums over a batch without dropout and smoothing, by the names that the evaluation graph gives them: `loss_sum` (nats), `units`, and what
 * else the kind of output measures, such as `correct`. Sums of batches add up.
 */
export type EvaluationSums = Readonly<Record<string, number>>;

/** A tensor of the training state: a parameter, or a slot of the optimiser named `<slot>/<parameter>`. */
export interface StateTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
export type State = ReadonlyMap<string, StateTensor>;

/** Runs the training graphs somewhere (CPU shards, one GPU session) and owns the weights while doing so. One call at a time. */
export interface Executor {
  /** One update. Where it throws, the weights may be half updated: only `close` is left. */
  step(batch: Batch, options: StepOptions): Promise<StepResult>;
  /** With the weights' moving average where there is one: what a run keeps. */
  evaluate(batch: Batch): Promise<EvaluationSums>;
  /** A copy of the weights and slots after the last finished step. */
  state(): Promise<State>;
  /** Ends it, after the call at hand. */
  close(): Promise<void>;
}
