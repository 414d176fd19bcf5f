import { keyedPermutation } from "./random.ts";

/** Indices of the training and the held-out examples, each ascending. */
export interface Split {
  readonly train: Uint32Array;
  readonly valid: Uint32Array;
}

export interface SplitOptions {
  /** Share that is held out. */
  readonly fraction: number;
  readonly how: "random" | "tail" | "source";
  readonly seed: number;
  /** For "source": what examples have to share to stay on one side. */
  readonly sourceOf?: (example: number) => string;
}

/**
 * Holds out `fraction` of `count` examples for validation, rounded to whole ones: the last ones ("tail"), a random choice that depends on (seed,
 * count) alone, or random sources with all that they occur with, until there are as many ("source"). A fraction above 0 holds out at least one
 * example and leaves at least one, which takes two.
 *
 * @throws RangeError where a fraction above 0 meets fewer than two examples, or but one source
 */
export function splitPairs(count: number, { fraction, how, seed, sourceOf = String }: SplitOptions): Split {
  if (fraction > 0 && count < 2) throw new RangeError(`${count} examples cannot be split`);
  const wanted = fraction === 0 ? 0 : Math.min(count - 1, Math.max(1, Math.round(count * fraction)));
  const groups = how === "source" && wanted > 0 ? groupBy(count, sourceOf) : null;
  if (groups !== null && groups.length < 2) throw new RangeError("examples of a single source cannot be split");
  const isHeld = new Uint8Array(count);
  if (how === "tail") isHeld.fill(1, count - wanted);
  else {
    const size = groups?.length ?? count;
    const at = keyedPermutation(size, seed, "split", 0);
    for (let i = 0, held = 0; i < size - 1 && held < wanted; i++) {
      const members = groups?.[at(i)] ?? [at(i)];
      for (const example of members) isHeld[example] = 1;
      held += members.length;
    }
  }
  const of = (side: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i).filter((i) => isHeld[i] === side);
  return { train: of(0), valid: of(1) };
}

function groupBy(count: number, keyOf: (example: number) => string): number[][] {
  const groups = new Map<string, number[]>();
  for (let example = 0; example < count; example++) {
    const key = keyOf(example);
    const group = groups.get(key);
    if (group) group.push(example);
    else groups.set(key, [example]);
  }
  return [...groups.values()];
}

/** What of a split is short enough, and how much is not. */
export function keepShort(
  { train, valid }: Split,
  isShort: (example: number) => boolean,
): { readonly split: Split; readonly dropped: number } {
  const split = { train: train.filter(isShort), valid: valid.filter(isShort) };
  return { split, dropped: train.length + valid.length - split.train.length - split.valid.length };
}
