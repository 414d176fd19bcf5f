import { UserError } from "@s2s/runtime";
import type { State } from "./executor.ts";

/** Where a run stood when its numbers stopped being numbers. */
export interface Divergence {
  readonly what: string;
  readonly step: number;
  readonly epoch: number;
  readonly folder: string;
  /** Step of the newest checkpoint, undefined where none was saved. */
  readonly savedStep: number | undefined;
}

/** Name of the first tensor that holds NaN or an infinity; undefined where all numbers are finite. */
export function firstNonFinite(state: State): string | undefined {
  for (const [name, { data }] of state) for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return name;
  return undefined;
}

/** One line for a run that diverged: which step, what is kept, what to change. */
export function divergenceError({ what, step, epoch, folder, savedStep }: Divergence): UserError {
  const kept = savedStep === undefined ? "no checkpoint had been saved yet" : `the checkpoint of step ${savedStep} in ${folder} is kept`;
  return new UserError(
    `training diverged: ${what} at step ${step} (epoch ${epoch}); ${kept}; train again with a smaller training.learningRate or training.clipNorm`,
  );
}
