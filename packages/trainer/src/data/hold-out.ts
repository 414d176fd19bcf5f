import { UserError } from "@s2s/runtime";
import type { Config } from "../config.ts";
import { splitPairs } from "./split.ts";
import type { Split, SplitOptions } from "./split.ts";

/** The examples of a training file. */
export interface Held extends Pick<SplitOptions, "sourceOf"> {
  readonly file: string;
  /** What one of them is, for errors. */
  readonly noun: string;
  readonly count: number;
  /** Default: the configuration's `data.validSplit`. */
  readonly how?: SplitOptions["how"];
}

/**
 * Holds out for validation what the configuration says; nothing where validation has a file of its own.
 * @throws UserError where there are too few examples, or with "source" too few sources, for one on each side
 */
export function holdOut(
  { data, training }: Pick<Config, "data" | "training">,
  { file, noun, count, how = data.validSplit, sourceOf = String }: Held,
): Split {
  const fraction = data.valid === undefined ? data.validFraction : 0;
  if (fraction > 0) {
    const alone =
      count < 2 ? `a single ${noun}` : how === "source" && haveOneSource(count, sourceOf) ? `${noun}s of a single source` : null;
    if (alone !== null) throw new UserError(`${file}: ${alone} cannot be split: give more ${noun}s, data.valid, or data.validFraction 0`);
  }
  return splitPairs(count, { fraction, how, seed: training.seed, sourceOf });
}

function haveOneSource(count: number, sourceOf: (example: number) => string): boolean {
  const first = sourceOf(0);
  for (let example = 1; example < count; example++) if (sourceOf(example) !== first) return false;
  return true;
}
