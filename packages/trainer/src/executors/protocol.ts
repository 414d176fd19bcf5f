import type { BatchPart, EvaluationSums } from "../executor.ts";
import type { StateLayout } from "./layout.ts";
import type { Measured } from "./statistics.ts";
import type { StepScalars } from "./train-step.ts";

/** Memory that the workers of a training share; ONNX Runtime refuses shared tensors, so each copies what it needs. */
export interface SharedState {
  /** All of `StateLayout`. */
  readonly weights: Float32Array<SharedArrayBuffer>;
  /** Of the trained parameters, by each shard. */
  readonly gradients: readonly Float32Array<SharedArrayBuffer>[];
  readonly slots: Float32Array<SharedArrayBuffer>;
  /** Sum over each worker's part of the summed gradient. */
  readonly squares: Float32Array<SharedArrayBuffer>;
  /** See `meet`. */
  readonly barriers: Int32Array<SharedArrayBuffer>;
}

/** Serialised graphs that the workers run. */
export interface WorkerGraphs {
  readonly gradients: Uint8Array;
  readonly evaluate: Uint8Array;
  /** The squares of the summed gradient, where clipping needs them before the update. */
  readonly squares: Uint8Array | null;
  readonly apply: Uint8Array;
}

export interface WorkerData {
  readonly worker: number;
  readonly workers: number;
  /** Parts of a batch; the first so many workers compute the gradients of one each, with as many threads as make use of all. */
  readonly shards: number;
  /** Whether memory is what there is too little of. */
  readonly huge: boolean;
  readonly layout: StateLayout;
  readonly slots: readonly string[];
  /** Where the weights' moving average begins among the shared slots; null where there is none. */
  readonly average: number | null;
  readonly shared: SharedState;
  readonly graphs: WorkerGraphs;
}

export interface StepRequest {
  readonly kind: "step";
  /** Null for a worker that has no part of the batch. */
  readonly batch: BatchPart | null;
  readonly scalars: StepScalars;
}

export type Request = StepRequest | { readonly kind: "evaluate"; readonly batch: BatchPart };

export interface StepReply {
  readonly lossSum: number;
  /** Of a worker that had a part of the batch. */
  readonly measured: Measured | null;
}

export type Reply<R extends Request> = R extends StepRequest ? StepReply : EvaluationSums;
