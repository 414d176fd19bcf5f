import type { Session } from "@s2s/runtime/ort";
import type { Batch, StepOptions } from "../executor.ts";
import { batchFeeds, type Feeds, integer, known, scalar } from "./feeds.ts";

/** The scalars that train.onnx takes; one that a graph does not know is left out. */
export interface StepScalars extends StepOptions {
  readonly dropoutSeed: number;
}

/** What decides the gradients of a step beside batch and weights, as inputs of a graph. */
export const gradientScalars = ({ scale, dropoutSeed, teacherForcing = 1 }: Omit<StepScalars, "learningRate" | "step">): Feeds => ({
  scale: scalar(scale),
  dropout_seed: integer(dropoutSeed),
  teacher_forcing: scalar(teacherForcing),
});

/** Runs train.onnx once: weights and slots go in by their names and come out as `next`, tensors of their own but for what the graph does not change. Imports nothing of Node. */
export async function runTrainStep(
  train: Session,
  batch: Batch,
  weights: Feeds,
  { learningRate, step, ...others }: StepScalars,
): Promise<{ readonly lossSum: number; readonly gradientNorm: number; readonly next: Feeds }> {
  const scalars = { learning_rate: scalar(learningRate), step: integer(step), ...gradientScalars(others) };
  const results = await train.run(known(train, { ...batchFeeds(batch), ...scalars, ...weights }));
  const next: Feeds = {};
  for (const name of Object.keys(weights)) next[name] = results[`next.${name}`] ?? weights[name];
  const number = (name: string): number => (results[name].data as Float32Array)[0];
  return { lossSum: number("loss_sum"), gradientNorm: number("gradient_norm"), next };
}
