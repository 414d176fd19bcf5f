import type { Config } from "./config.ts";

/** Learning rate of a step, counted from 1: a function of the configuration and the step alone, so that a resumed run repeats it. Constant so far. */
export function learningRateAt({ training }: Config, _step: number): number {
  return training.learningRate;
}
