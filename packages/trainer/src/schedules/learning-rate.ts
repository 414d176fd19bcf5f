import type { Config } from "../config.ts";
import type { SCHEDULES } from "../config/training.ts";
import type { Position } from "../position.ts";

type Training = Config["training"];

/** What a schedule knows of a run. */
export interface Progress {
  /** Counts from 1. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** How often `plateau` has lowered the rate: of the run's position. */
  readonly reductions: number;
}

/** From 0 to 1, the share of the full learning rate. */
type Schedule = (training: Training, progress: Progress) => number;

const epochsDone = ({ step, stepsPerEpoch }: Progress): number => (step - 1) / stepsPerEpoch;

/** A schedule that begins once the learning rate has risen to its full height, evenly over `warmup` steps (Goyal et al. 2017). */
const warmedUp =
  (schedule: Schedule): Schedule =>
  (training, progress) =>
    Math.min(1, progress.step / Math.max(1, training.warmup)) * schedule(training, progress);

/** Every schedule by its name; each is a function of its arguments alone, so that a resumed run repeats it. */
const shares: Readonly<Record<(typeof SCHEDULES)[number], Schedule>> = {
  constant: warmedUp(() => 1),
  /** After `scheduleStart` epochs (0: after the first interval) and every `scheduleEvery` epochs from then on (Sutskever et al. 2014; Luong et al. 2015). */
  halving: warmedUp(({ scheduleStart, scheduleEvery, scheduleFactor }, progress) => {
    const beyond = epochsDone(progress) - (scheduleStart > 0 ? scheduleStart : scheduleEvery);
    return beyond < 0 ? 1 : scheduleFactor ** (1 + Math.floor(beyond / scheduleEvery));
  }),
  /** The same, evenly with every step. */
  exponential: warmedUp(({ scheduleStart, scheduleEvery, scheduleFactor }, progress) => {
    return scheduleFactor ** (Math.max(0, epochsDone(progress) - scheduleStart) / scheduleEvery);
  }),
  plateau: warmedUp(({ scheduleFactor }, { reductions }) => scheduleFactor ** reductions),
  /** Vaswani et al. 2017, section 5.3, with the full height as the unit: linear up, then with the root of the steps. */
  "inverse-sqrt": ({ warmup }, { step }) => {
    const height = Math.max(1, warmup);
    return Math.min(step / height, Math.sqrt(height / step));
  },
  /** Half a cosine, down to nothing at the run's end (Loshchilov & Hutter 2017, without restarts). */
  cosine: warmedUp(({ warmup, epochs }, { step, stepsPerEpoch }) => {
    const total = epochs * stepsPerEpoch - warmup;
    const done = total > 0 ? Math.min(1, Math.max(0, step - 1 - warmup) / total) : 0;
    return (1 + Math.cos(Math.PI * done)) / 2;
  }),
};

export const learningRateAt = (training: Training, progress: Progress): number =>
  training.learningRate * shares[training.schedule](training, progress);

/** Reductions of `plateau` after an epoch: one more whenever `scheduleEvery` epochs have passed since the best one, or since the last reduction. */
export function reductionsAfter(training: Training, { reductions, epochsWithoutImprovement }: Position, improved: boolean): number {
  if (training.schedule !== "plateau" || improved) return reductions;
  const waited = epochsWithoutImprovement + 1;
  return waited % Math.ceil(training.scheduleEvery) === 0 ? reductions + 1 : reductions;
}
