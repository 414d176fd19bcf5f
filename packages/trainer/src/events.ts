import type { TaskName } from "@s2s/runtime/manifest";
import type { FilterCounts } from "./data/encode.ts";
import type { PretrainedReport } from "./first-rows.ts";
import type { ValidationFigures } from "./position.ts";

/** What a training run tells while it runs; the trainer itself prints nothing. Epochs and steps count from 1, losses are nats per target token (of other tasks per unit, such as a label). */
export type TrainEvent =
  | StartEvent
  | StepEvent
  | ValidationEvent
  | CheckpointEvent
  | FallbackEvent
  | EarlyStopEvent
  | InterruptedEvent
  | FinishedEvent;

export interface StartEvent {
  readonly type: "start";
  readonly task: TaskName;
  readonly folder: string;
  /** Trainable numbers in the model. */
  readonly parameters: number;
  readonly examples: { readonly training: number; readonly validation: number };
  /** Examples read and dropped by length. */
  readonly filter: FilterCounts;
  /** Entries of the vocabularies, special tokens included, and labels; of those that the task has. */
  readonly vocabulary: { readonly source?: number; readonly target?: number; readonly labels?: number };
  /** Of word vectors that the embeddings of a new run start from. */
  readonly pretrained?: readonly PretrainedReport[];
  readonly threads: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Where a resumed run goes on: steps that are done; absent in a new run. */
  readonly resumed?: { readonly epoch: number; readonly step: number };
}

export interface StepEvent {
  readonly type: "step";
  readonly epoch: number;
  readonly epochs: number;
  /** Steps since the beginning, this one included. */
  readonly step: number;
  /** Steps of this epoch, this one included, and all of them. */
  readonly batch: number;
  readonly batches: number;
  readonly loss: number;
  /** Mean over the epoch so far. */
  readonly epochLoss: number;
  readonly learningRate: number;
  /** Global norm before clipping. */
  readonly gradientNorm: number;
  /** Target tokens, labels or numbers, smoothed over the last steps. */
  readonly unitsPerSecond: number;
  /** What such a unit is called: "token". */
  readonly unit: string;
  /** Until the last epoch's end. */
  readonly secondsLeft: number;
}

export interface ValidationEvent {
  readonly type: "validation";
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly trainingLoss: number;
  /** Absent where no pairs are held out. */
  readonly validation?: ValidationFigures;
  /** Whether these weights are the best ones so far. */
  readonly best: boolean;
  /** Since training was started or resumed. */
  readonly seconds: number;
}

export interface CheckpointEvent {
  readonly type: "checkpoint";
  readonly epoch: number;
  readonly step: number;
  readonly file: string;
}

/** The newest checkpoint could not be used, an older one is. */
export interface FallbackEvent {
  readonly type: "fallback";
  readonly file: string;
  readonly reason: string;
  readonly used: string;
}

export interface EarlyStopEvent {
  readonly type: "early-stop";
  readonly epoch: number;
  readonly bestEpoch: number;
  /** Epochs in a row that were not better than the best. */
  readonly patience: number;
}

/** The run was asked to stop; everything is saved. */
export interface InterruptedEvent {
  readonly type: "interrupted";
  readonly folder: string;
  readonly epoch: number;
  readonly step: number;
  /** Commands that go on from here. */
  readonly next: readonly string[];
}

export interface FinishedEvent {
  readonly type: "finished";
  readonly folder: string;
  readonly epochs: number;
  readonly step: number;
  readonly bestEpoch: number;
  /** Figures of the exported weights; absent where no pairs are held out. */
  readonly validation?: ValidationFigures;
  /** Folder of the exported model. */
  readonly bundle: string;
  /** Since training was started or resumed. */
  readonly seconds: number;
  /** Commands to try next. */
  readonly next: readonly string[];
}
