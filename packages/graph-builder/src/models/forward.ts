import type { ModelConfig, OutputConfig } from "@s2s/runtime/manifest";
import type { Graph, Value } from "../ir.ts";
import type { Scope } from "../scope.ts";
import type { Dim } from "../shape.ts";
import { forwardHead } from "./forward-head.ts";
import { forwardStrokes } from "./forward-strokes.ts";
import { forwardTokens } from "./forward-tokens.ts";
import type { HeadLoss } from "./heads/head.ts";

/** Sizes of a training graph's batches: numbers where the graph serves one size only (loops can then be unrolled), else symbols. */
export interface BatchDims {
  readonly batch: Dim;
  readonly source: Dim;
  readonly target: Dim;
}

/** What the loss is beside the model. */
export interface LossOptions {
  readonly labelSmoothing?: number;
  /** Rows whose logits are in memory at a time, of an output of tokens; 0 for all: see `chunkedCrossEntropy`. */
  readonly lossChunk?: number;
  /** Words that stand for the vocabulary in training; 0 for all: see `sampledCrossEntropy`. */
  readonly sampledSoftmax?: number;
  /** Whether a decoder of tokens is fed its own ones in training: the input `teacher_forcing` [] is the share of true ones, see `scheduledSampling`. */
  readonly scheduledSampling?: boolean;
  /** Weight of `coverageLoss` in training, of a decoder that attends. */
  readonly coverageWeight?: number;
}

/** Where a model's loss is traced. */
export interface LossGraph {
  readonly graph: Graph;
  readonly scope: Scope;
  readonly dims: BatchDims;
  readonly options: LossOptions;
  /** The input `dropout_seed` [] int32, which decides all that a step draws. */
  readonly seed: () => Value;
}

export interface Loss extends HeadLoss {
  /** Of an output of tokens: [T*B, V], time first. */
  readonly logits?: Value;
}

/** Declares the inputs of a batch and traces a model's loss on it: what training minimises in a training graph, else what is measured. */
export type Forward = (place: LossGraph, model: ModelConfig) => Loss;

const FORWARDS: Readonly<Record<OutputConfig["kind"], Forward>> = {
  tokens: forwardTokens,
  label: forwardHead,
  labels: forwardHead,
  numbers: forwardHead,
  strokes: forwardStrokes,
};

export const forward: Forward = (place, model) => FORWARDS[model.output.kind](place, model);
