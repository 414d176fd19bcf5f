import type { ModelConfig } from "@s2s/runtime/manifest";
import type { Config } from "./config.ts";
import type { Executor, State } from "./executor.ts";
import type { BuildInferenceGraphs } from "./inference-graphs.ts";

/** What an executor is made from. */
export interface ExecutorContext {
  readonly model: ModelConfig;
  readonly config: Config;
  /** CPU threads to use, at least 1. */
  readonly threads: number;
  /** Weights and slots to go on with; without them the weights are drawn from `config.training.seed` and the slots are zero. */
  readonly state?: State;
}
export type CreateExecutor = (context: ExecutorContext) => Promise<Executor>;

/**
 * Greedy decoding with the model of a bundle's folder: source ids without `</s>` to target ids without `<s>` and `</s>`, in the order of the sources.
 * Must be a function of bundle and sources alone.
 */
export type DecodeWithBundle = (bundle: string, sources: readonly Int32Array[]) => Promise<readonly ArrayLike<number>[]>;

export interface TrainOptions {
  /** The run's folder: new or empty, or the one to resume. */
  readonly folder: string;
  /** Resolved. To resume: that of the run (`readRunConfig`) with what the user changed. */
  readonly config: Config;
  /** Go on with the run in `folder`. Epochs and patience may differ, and what `refuseChanges` documents. */
  readonly resume?: boolean;
  readonly createExecutor: CreateExecutor;
  readonly buildInferenceGraphs: BuildInferenceGraphs;
  /** For the exact match of the validation; without it only loss and token accuracy are measured. */
  readonly decode?: DecodeWithBundle;
  /** Most validation pairs that are decoded (default 200). */
  readonly decodePairs?: number;
  /** Once aborted, the step at hand is finished, everything saved, and the run ends with the event "interrupted". */
  readonly signal?: AbortSignal;
}
