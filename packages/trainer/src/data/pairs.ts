import type { Batch } from "../executor.ts";
import { collate } from "./collate.ts";
import type { Examples } from "./examples.ts";
import { Sequences } from "./sequences.ts";

/**
 * Encoded pairs by index: token ids without `<s>` and `</s>`. Batches need nothing else, so that pairs in memory can give way to an
 * index of line offsets into a file.
 */
export interface Pairs extends Examples {
  /** Source tokens of a pair, `</s>` not counted; likewise for the target. */
  sourceLength(pair: number): number;
  targetLength(pair: number): number;
  /** Source ids of a pair, possibly a view: copy what must last. */
  source(pair: number): Int32Array;
  target(pair: number): Int32Array;
}

/** What batches need to know of pairs, from the pairs themselves. */
abstract class PairExamples implements Pairs {
  abstract readonly count: number;
  abstract sourceLength(pair: number): number;
  abstract targetLength(pair: number): number;
  abstract source(pair: number): Int32Array;
  abstract target(pair: number): Int32Array;
  abstract difficulty(pair: number): number;

  lengths(pair: number): readonly [number, number] {
    return [this.targetLength(pair) + 1, this.sourceLength(pair) + 1];
  }
  units(pair: number): number {
    return this.targetLength(pair) + 1;
  }
  collate(pairs: Uint32Array, bucket: number): Batch {
    return collate(this, pairs, bucket);
  }
}

/** Pairs in memory, 4 bytes a token. */
export class PairStore extends PairExamples {
  readonly sources = new Sequences();
  readonly targets = new Sequences();
  readonly #difficulties: number[] = [];

  get count(): number {
    return this.sources.count;
  }
  push(source: ArrayLike<number>, target: ArrayLike<number>, difficulty = 0): void {
    this.sources.push(source);
    this.targets.push(target);
    this.#difficulties.push(difficulty);
  }
  difficulty(pair: number): number {
    return this.#difficulties[pair]!;
  }
  sourceLength(pair: number): number {
    return this.sources.lengthOf(pair);
  }
  targetLength(pair: number): number {
    return this.targets.lengthOf(pair);
  }
  source(pair: number): Int32Array {
    return this.sources.get(pair);
  }
  target(pair: number): Int32Array {
    return this.targets.get(pair);
  }
}

class SelectedPairs extends PairExamples {
  readonly #pairs: Pairs;
  readonly #indices: Uint32Array;

  constructor(pairs: Pairs, indices: Uint32Array) {
    super();
    this.#pairs = pairs;
    this.#indices = indices;
  }

  get count(): number {
    return this.#indices.length;
  }
  sourceLength(pair: number): number {
    return this.#pairs.sourceLength(this.#indices[pair]!);
  }
  targetLength(pair: number): number {
    return this.#pairs.targetLength(this.#indices[pair]!);
  }
  source(pair: number): Int32Array {
    return this.#pairs.source(this.#indices[pair]!);
  }
  target(pair: number): Int32Array {
    return this.#pairs.target(this.#indices[pair]!);
  }
  difficulty(pair: number): number {
    return this.#pairs.difficulty?.(this.#indices[pair]!) ?? 0;
  }
}

/** The pairs at `indices`, in that order, without copying them. */
export const selectPairs = (pairs: Pairs, indices: Uint32Array): Pairs => new SelectedPairs(pairs, indices);

/** Longest source and target of some pairs in tokens, `</s>` counted; 0 where there is no pair. */
export function longestLengths(...groups: readonly Pairs[]): { source: number; target: number } {
  const longest = { source: 0, target: 0 };
  for (const pairs of groups) {
    for (let pair = 0; pair < pairs.count; pair++) {
      longest.source = Math.max(longest.source, pairs.sourceLength(pair) + 1);
      longest.target = Math.max(longest.target, pairs.targetLength(pair) + 1);
    }
  }
  return longest;
}
