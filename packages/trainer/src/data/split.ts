import { keyedPermutation } from "./random.ts";

/** Indices of the training and the held-out pairs, each ascending. */
export interface Split {
  readonly train: Uint32Array;
  readonly valid: Uint32Array;
}

/**
 * Holds out `fraction` of `count` pairs for validation, rounded to whole pairs: the last ones ("tail") or a random choice that
 * depends on (seed, count) alone. A fraction above 0 holds out at least one pair and leaves at least one, which takes two pairs.
 *
 * @throws RangeError where a fraction above 0 meets fewer than two pairs
 */
export function splitPairs(count: number, fraction: number, how: "random" | "tail", seed: number): Split {
  if (fraction > 0 && count < 2) throw new RangeError(`${count} pairs cannot be split`);
  const held = fraction === 0 ? 0 : Math.min(count - 1, Math.max(1, Math.round(count * fraction)));
  const isHeld = new Uint8Array(count);
  if (how === "tail") isHeld.fill(1, count - held);
  else {
    const at = keyedPermutation(count, seed, "split", 0);
    for (let i = 0; i < held; i++) isHeld[at(i)] = 1;
  }
  const train = new Uint32Array(count - held);
  const valid = new Uint32Array(held);
  for (let pair = 0, t = 0, v = 0; pair < count; pair++) {
    if (isHeld[pair] === 1) valid[v++] = pair;
    else train[t++] = pair;
  }
  return { train, valid };
}
