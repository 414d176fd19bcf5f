import type { BatchPart, EvaluationSums } from "../executor.ts";
import type { Layout } from "./layout.ts";
import type { StepScalars } from "./train-step.ts";

/** Memory that the workers of a training share; ONNX Runtime refuses shared tensors, so each copies what it needs. */
export interface SharedState {
  readonly weights: Float32Array<SharedArrayBuffer>;
  /** Of each shard. */
  readonly gradients: readonly Float32Array<SharedArrayBuffer>[];
  /** Filled when they are asked for. */
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
  readonly parameters: Layout;
  readonly slots: readonly string[];
  readonly shared: SharedState;
  readonly graphs: WorkerGraphs;
}

export interface StepRequest {
  readonly kind: "step";
  /** Null for a worker that has no part of the batch. */
  readonly batch: BatchPart | null;
  readonly scalars: StepScalars;
}

export type Request = StepRequest | { readonly kind: "evaluate"; readonly batch: BatchPart } | { readonly kind: "saveSlots" };

export interface StepReply {
  readonly lossSum: number;
}

export type Reply<R extends Request> = R extends StepRequest ? StepReply : R["kind"] extends "evaluate" ? EvaluationSums : null;
