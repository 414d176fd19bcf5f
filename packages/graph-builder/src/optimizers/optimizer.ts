import type { Value } from "../ir.ts";

/** Scalars of a step, all of the parameters' element type: []. */
export interface StepScalars {
  readonly learningRate: Value;
  /** Counts from 1. */
  readonly step: Value;
}

/** What an update rule makes of a parameter: it and its slots after the step. */
export interface Updated {
  readonly parameter: Value;
  readonly slots: readonly Value[];
}

/** An update rule: slots are tensors of the parameter's shape that start at zero and are carried from step to step. */
export interface Optimizer {
  readonly slots: readonly string[];
  /** Scalars shared by all parameters, computed once a step. */
  prepare(scalars: StepScalars): (parameter: Value, gradient: Value, slots: readonly Value[]) => Updated;
}
