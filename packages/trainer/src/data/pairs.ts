import { Sequences } from "./sequences.ts";

/**
 * Encoded pairs by index: token ids without `<s>` and `</s>`. Batches need nothing else, so that pairs in memory can give way to an
 * index of line offsets into a file.
 */
export interface Pairs {
  readonly count: number;
  /** Source tokens of a pair, `</s>` not counted; likewise for the target. */
  sourceLength(pair: number): number;
  targetLength(pair: number): number;
  /** Source ids of a pair, possibly a view: copy what must last. */
  source(pair: number): Int32Array;
  target(pair: number): Int32Array;
}

/** Pairs in memory, 4 bytes a token. */
export class PairStore implements Pairs {
  readonly sources = new Sequences();
  readonly targets = new Sequences();

  get count(): number {
    return this.sources.count;
  }
  push(source: ArrayLike<number>, target: ArrayLike<number>): void {
    this.sources.push(source);
    this.targets.push(target);
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

/** The pairs at `indices`, in that order, without copying them. */
export function selectPairs(pairs: Pairs, indices: Uint32Array): Pairs {
  return {
    count: indices.length,
    sourceLength: (pair) => pairs.sourceLength(indices[pair]!),
    targetLength: (pair) => pairs.targetLength(indices[pair]!),
    source: (pair) => pairs.source(indices[pair]!),
    target: (pair) => pairs.target(indices[pair]!),
  };
}

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

/** Target tokens of a pair on average, `</s>` counted; 1 where there is no pair. */
export function meanTargetTokens(pairs: Pairs): number {
  let total = 0;
  for (let pair = 0; pair < pairs.count; pair++) total += pairs.targetLength(pair) + 1;
  return pairs.count === 0 ? 1 : total / pairs.count;
}
