import { selectExamples } from "./examples.ts";
import type { Examples } from "./examples.ts";
import { uniform } from "./random.ts";

/** Levels of difficulty at most: finer ones are taken together. */
const LEVELS = 8;
/** Share of the examples beyond the level that come along: without any, what is learned does not carry over (Zaremba & Sutskever 2014). */
const MIXED = 0.2;

/**
 * What an epoch learns from: the easiest examples first, one level of difficulty more in each epoch, mixed from the beginning with some of all
 * levels ("combined" strategy of Zaremba & Sutskever 2014, section 5), until all are there. A function of (examples, seed, epoch).
 */
export function curriculum(examples: Examples, seed: number, epoch: number): Examples {
  const known = planned.get(examples);
  if (known?.seed === seed && known.epoch === epoch) return known.chosen;
  const chosen = choose(examples, seed, epoch);
  planned.set(examples, { seed, epoch, chosen });
  return chosen;
}

/** The last epoch's choice: it is asked for at every step. */
const planned = new WeakMap<Examples, { readonly seed: number; readonly epoch: number; readonly chosen: Examples }>();

function choose(examples: Examples, seed: number, epoch: number): Examples {
  const bounds = levelsOf(examples);
  const bound = bounds[epoch - 1];
  if (bound === undefined || epoch >= bounds.length) return examples;
  const chosen = Uint32Array.from({ length: examples.count }, (_, i) => i).filter(
    (i) => (examples.difficulty?.(i) ?? 0) <= bound || uniform(seed, "curriculum", epoch, i) < MIXED,
  );
  return selectExamples(examples, chosen);
}

/** The highest difficulty of each level, ascending. */
function levelsOf(examples: Examples): number[] {
  const all = Float64Array.from({ length: examples.count }, (_, i) => examples.difficulty?.(i) ?? 0);
  const distinct = [...new Set(all)].sort((a, b) => a - b);
  if (distinct.length <= LEVELS) return distinct;
  return Array.from({ length: LEVELS }, (_, level) => distinct[Math.ceil(((level + 1) * distinct.length) / LEVELS) - 1]!);
}
