import type { Config } from "../config.ts";
import type { SAMPLINGS } from "../config/training.ts";

/** Share of true tokens at step i, falling from (nearly) 1 to 0, with the decay's constant k in steps (Bengio et al. 2015, section 2.4). */
const decays: Readonly<Record<(typeof SAMPLINGS)[number], (i: number, k: number) => number>> = {
  none: () => 1,
  linear: (i, k) => Math.max(0, 1 - i / k),
  /** The paper's k^i, with k given as the steps after which 1/e is left. */
  exponential: (i, k) => Math.exp(-i / k),
  /** k / (k + exp(i / k)), written so that a late step does not overflow. */
  "inverse-sigmoid": (i, k) => (k * Math.exp(-i / k)) / (k * Math.exp(-i / k) + 1),
};

/** Probability that the decoder is fed a true token at a step (counted from 1), at least 1 - `samplingRate`. */
export function teacherForcingAt({ scheduledSampling, samplingRate, samplingSteps }: Config["training"], step: number): number {
  return 1 - samplingRate * (1 - decays[scheduledSampling](step - 1, samplingSteps));
}
