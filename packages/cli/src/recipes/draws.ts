import { keyedPermutation, uniform } from "@s2s/trainer";

/** Numbers drawn one after the other: the n-th is a function of (seed, purpose, index, n), so that examples do not depend on each other. */
export class Draws {
  readonly #seed: number;
  readonly #purpose: string;
  readonly #index: number;
  #count = 0;

  constructor(seed: number, purpose: string, index: number) {
    this.#seed = seed;
    this.#purpose = purpose;
    this.#index = index;
  }

  /** In [0, 1). */
  fraction(): number {
    return uniform(this.#seed, this.#purpose, this.#index, this.#count++);
  }

  /** A whole number from `first` to `last`. */
  whole(first: number, last: number): number {
    return first + Math.floor(this.fraction() * (last - first + 1));
  }

  /** In [low, high). */
  between(low: number, high: number): number {
    return low + this.fraction() * (high - low);
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.whole(0, list.length - 1)]!;
  }

  /** Mean 0 and deviation 1: the sum of twelve uniform numbers, which is bell-shaped and the same in every engine, as logarithms are not. */
  normal(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.fraction();
    return sum;
  }
}

/** The list in another order, a function of the seed. */
export function shuffled<T>(list: readonly T[], seed: number, purpose: string): T[] {
  const position = keyedPermutation(list.length, seed, purpose, 0);
  return list.map((_, i) => list[position(i)]!);
}

/** Items with the same key together, in the order in which the keys first come. */
export function grouped<T>(list: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
