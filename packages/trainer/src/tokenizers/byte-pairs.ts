import { Heap, looksReserved, type Merge, RESERVED_TOKENS, type TokenizerData } from "@s2s/runtime";
import { runsOf } from "./alphabet.ts";

interface Pair {
  readonly left: number;
  readonly right: number;
  count: number;
  /** Words that have the pair, or had it. */
  readonly words: Set<number>;
}

/** A pair as it was when it was put into the heap. */
interface Candidate {
  readonly pair: Pair;
  readonly count: number;
}

/** Above every number of tokens. */
const STRIDE = 2 ** 26;

/** The most frequent pair first, of equally frequent ones that of the lower ids. */
const isBefore = (a: Candidate, b: Candidate): boolean =>
  a.count - b.count > 0 ||
  (a.count === b.count && (a.pair.left < b.pair.left || (a.pair.left === b.pair.left && a.pair.right < b.pair.right)));

/**
 * Byte-pair encoding (Sennrich, Haddow and Birch 2016): words begin as characters; the pair of neighbours that is most frequent becomes one piece, until
 * there are `size` tokens or no pair occurs at least twice and `minFrequency` times. Only the words that have the pair are looked at.
 * @param alphabet - in the order of code points
 */
export function learnBytePairs(
  counts: ReadonlyMap<string, number>,
  alphabet: readonly string[],
  size: number,
  minFrequency: number,
): TokenizerData {
  const tokens = [...RESERVED_TOKENS, ...alphabet];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const merges: Merge[] = [];
  const words = new Words(counts, new Map(alphabet.map((character) => [character, ids.get(character)!])));
  const waiting = new Heap<Candidate>(isBefore);
  for (const pair of words.pairs.values()) waiting.push({ pair, count: pair.count });
  while (tokens.length < size) {
    const next = waiting.pop();
    if (next === undefined || next.count < Math.max(2, minFrequency)) break;
    const { pair, count } = next;
    if (pair.count !== count) {
      // Merges have taken some of its places.
      waiting.push({ pair, count: pair.count });
      continue;
    }
    const merge: Merge = [tokens[pair.left]!, tokens[pair.right]!];
    const made = merge.join("");
    if (looksReserved(made)) continue;
    // One piece can come about in two ways: (ab, c) and (a, bc).
    const id = ids.get(made) ?? tokens.push(made) - 1;
    ids.set(made, id);
    merges.push(merge);
    for (const grown of words.merge(pair, id)) waiting.push({ pair: grown, count: grown.count });
  }
  return { unit: "bpe", tokens, merges };
}

/** The words of a text as ids, and their pairs of neighbours. */
class Words {
  readonly pairs = new Map<number, Pair>();
  readonly #words: number[][] = [];
  readonly #counts: number[] = [];

  constructor(counts: ReadonlyMap<string, number>, ids: ReadonlyMap<string, number>) {
    for (const [stretch, count] of counts) {
      for (const run of runsOf(stretch, ids)) {
        const word = this.#words.push(run) - 1;
        this.#counts.push(count);
        for (let i = 0; i + 1 < run.length; i++) this.#change(run[i]!, run[i + 1]!, word, count);
      }
    }
  }

  /** Makes a pair one piece everywhere. Returns the pairs that have become more frequent. */
  merge(pair: Pair, made: number): Set<Pair> {
    const grown = new Set<Pair>();
    const { left, right } = pair;
    for (const index of pair.words) {
      const word = this.#words[index]!;
      const count = this.#counts[index]!;
      let length = 0;
      for (let i = 0; i < word.length; i++) {
        if (word[i] !== left || word[i + 1] !== right) {
          word[length++] = word[i]!;
          continue;
        }
        if (length > 0) {
          const before = word[length - 1]!;
          this.#change(before, left, index, -count);
          grown.add(this.#change(before, made, index, count));
        }
        const after = word[i + 2];
        if (after !== undefined) {
          this.#change(right, after, index, -count);
          grown.add(this.#change(made, after, index, count));
        }
        word[length++] = made;
        i += 1;
      }
      word.length = length;
    }
    pair.count = 0;
    pair.words.clear();
    return grown;
  }

  #change(left: number, right: number, word: number, count: number): Pair {
    const key = left * STRIDE + right;
    let pair = this.pairs.get(key);
    if (pair === undefined) {
      pair = { left, right, count: 0, words: new Set() };
      this.pairs.set(key, pair);
    }
    pair.count += count;
    if (count > 0) pair.words.add(word);
    return pair;
  }
}
