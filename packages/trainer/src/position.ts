import * as v from "valibot";

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
/** Figures of the validation examples: the loss in nats a unit and what else the task measures. */
export const ValidationSchema = v.objectWithRest({ loss: v.number() }, v.number());
export type ValidationFigures = v.InferOutput<typeof ValidationSchema>;

const sums = v.strictObject({ lossSum: v.number(), units: whole });

/** Where a training run stands between two steps: with the state's tensors, all that the rest of the run depends on. */
export const PositionSchema = v.strictObject({
  /** Epoch in progress, counted from 1. */
  epoch: v.pipe(whole, v.minValue(1)),
  /** Batches of this epoch that are done; all of them: its validation comes next. */
  batch: whole,
  /** Steps since the beginning. */
  step: whole,
  /** The number of epochs asked for when this was saved: more on resuming means going on past early stopping. */
  epochs: whole,
  /** Of the step that was last taken. */
  learningRate: v.number(),
  /** Where the best weights come from; without held-out pairs (null figures) these are the newest. */
  best: v.nullable(v.strictObject({ epoch: whole, step: whole, validation: v.nullable(ValidationSchema) })),
  epochsWithoutImprovement: whole,
  /** How often the schedule `plateau` has lowered the learning rate. */
  reductions: v.optional(whole, 0),
  /** Training loss since the epoch's start and since the last line of the metrics. */
  running: v.strictObject({ epoch: sums, interval: sums }),
  /** Lines of metrics.jsonl that belong to the steps before. */
  metricsLines: whole,
});
export type Position = v.InferOutput<typeof PositionSchema>;

/** The position before the first step of a run of `epochs` epochs. */
export function startPosition(epochs: number, learningRate: number): Position {
  const none = { lossSum: 0, units: 0 };
  return {
    epoch: 1,
    batch: 0,
    step: 0,
    epochs,
    learningRate,
    best: null,
    epochsWithoutImprovement: 0,
    reductions: 0,
    running: { epoch: none, interval: none },
    metricsLines: 0,
  };
}
