import type { Batch, EvaluationResult } from "../executor.ts";
import type { Layout } from "./layout.ts";

/** Memory that the workers of a training share; ONNX Runtime refuses shared tensors, so each copies what it needs. */
export interface SharedState {
  readonly weights: Float32Array<SharedArrayBuffer>;
  /** Of each shard. */
  readonly gradients: readonly Float32Array<SharedArrayBuffer>[];
  readonly slots: Float32Array<SharedArrayBuffer>;
  /** [shards of this step that are done, shards that failed] */
  readonly arrivals: Int32Array<SharedArrayBuffer>;
}

export interface WorkerData {
  readonly shard: number;
  readonly parameters: Layout;
  readonly slots: Layout;
  readonly shared: SharedState;
  readonly gradients: Uint8Array;
  readonly evaluate: Uint8Array;
  /** Shard 0 adds the gradients up and updates the weights, with all threads. */
  readonly update: { readonly graph: Uint8Array; readonly threads: number } | null;
}

export interface StepRequest {
  readonly kind: "step";
  readonly batch: Batch;
  readonly scale: number;
  readonly dropoutSeed: number;
  /** Shards that this step has. */
  readonly shards: number;
  readonly step: number;
  readonly learningRate: number;
}

export type Request = StepRequest | { readonly kind: "evaluate"; readonly batch: Batch } | { readonly kind: "saveSlots" };

export interface StepReply {
  readonly lossSum: number;
  /** Of shard 0. */
  readonly gradientNorm: number;
}

export type Reply<R extends Request> = R extends StepRequest ? StepReply : R["kind"] extends "evaluate" ? EvaluationResult : null;
