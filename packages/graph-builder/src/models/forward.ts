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
}

/** Where a model's loss is traced. */
export interface LossGraph {
  readonly graph: Graph;
  readonly scope: Scope;
  readonly dims: BatchDims;
  readonly options: LossOptions;
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
