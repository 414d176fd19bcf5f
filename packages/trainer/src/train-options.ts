import type { ModelConfig } from "@s2s/runtime/manifest";
import type { Config } from "./config.ts";
import type { Examples } from "./data/examples.ts";
import type { Executor, State } from "./executor.ts";
import type { FirstRows } from "./first-rows.ts";
import type { BuildInferenceGraphs } from "./inference-graphs.ts";
import type { Figures, Task } from "./tasks/task.ts";

/** What an executor is made from. */
export interface ExecutorContext {
  readonly model: ModelConfig;
  readonly config: Config;
  /** CPU threads to use, at least 1. */
  readonly threads: number;
  /** Weights and slots to go on with; without them the weights are drawn from `config.training.seed` and the slots are zero. */
  readonly state?: State;
  /** Of parameters that are drawn: rows that start otherwise. */
  readonly firstRows?: FirstRows;
}
export type CreateExecutor = (context: ExecutorContext) => Promise<Executor>;

/** Figures of the answers that a bundle in a folder gives to some of the examples; must be a function of bundle and examples alone. */
export type MeasureBundle = (task: Task, bundle: string, examples: Examples, limit: number) => Promise<Figures>;

export interface TrainOptions {
  /** The run's folder: new or empty, or the one to resume. */
  readonly folder: string;
  /** Resolved. To resume: that of the run (`readRunConfig`) with what the user changed. */
  readonly config: Config;
  /** Go on with the run in `folder`. Epochs and patience may differ, and what `refuseChanges` documents. */
  readonly resume?: boolean;
  readonly createExecutor: CreateExecutor;
  readonly buildInferenceGraphs: BuildInferenceGraphs;
  /** For what the model's own answers are worth; without it only the loss and its companions are measured, and `training.best` must be `loss`. */
  readonly measure?: MeasureBundle;
  /** Once aborted, the step at hand is finished, everything saved, and the run ends with the event "interrupted". */
  readonly signal?: AbortSignal;
}
