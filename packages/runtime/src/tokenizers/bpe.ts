import { UserError } from "../errors.ts";
import { UNKNOWN_ID, type Vocabulary } from "../vocabulary.ts";
import { byteIds } from "./bytes.ts";
import { Heap } from "./heap.ts";

/** Two pieces that become one. */
export type Merge = readonly [left: string, right: string];

/** Above every length of a string, and small enough that rank * STRIDE + position is exact. */
const STRIDE = 2 ** 29;

/**
 * Byte-pair encoding (Sennrich, Haddow and Birch 2016): a stretch begins as its characters; the merge that was learned first among those that
 * apply is applied first, of several places the leftmost, until none applies. O(n log n).
 */
export class BytePairs {
  readonly #vocabulary: Vocabulary;
  readonly #ranks = new Map<number, number>();
  /** Of each rank, what the merge makes. */
  readonly #made: Int32Array;

  /** @param merges - in the order in which they were learned. @throws UserError where one is not made of the vocabulary's pieces; `where` names the file */
  constructor(vocabulary: Vocabulary, merges: readonly Merge[], where: string) {
    this.#vocabulary = vocabulary;
    this.#made = new Int32Array(merges.length);
    for (const [rank, [left, right]] of merges.entries()) {
      const [a, b, made] = [vocabulary.idOf(left), vocabulary.idOf(right), vocabulary.idOf(left + right)];
      const key = this.#key(a, b);
      const lacks = a === UNKNOWN_ID || b === UNKNOWN_ID || made === UNKNOWN_ID;
      if (lacks || this.#ranks.has(key)) {
        throw new UserError(
          `${where}: merge ${rank} ${lacks ? "names a piece that the vocabulary lacks" : "is there twice"}; export the bundle again`,
        );
      }
      this.#ranks.set(key, rank);
      this.#made[rank] = made;
    }
  }

  encode(stretch: string): number[] {
    const ids: number[] = [];
    for (const character of stretch) {
      const id = this.#vocabulary.idOf(character);
      if (id === UNKNOWN_ID) ids.push(...byteIds(character));
      else ids.push(id);
    }
    return ids.length > 1 ? this.#merge(ids) : ids;
  }

  /** `ids` is changed: what a merge makes stands in its left place, its right place becomes -1. */
  #merge(ids: number[]): number[] {
    const previous = Int32Array.from(ids, (_, i) => i - 1);
    const next = Int32Array.from(ids, (_, i) => i + 1);
    const rankAt = (at: number): number | undefined => {
      const right = ids[next[at]!];
      return right === undefined ? undefined : this.#ranks.get(this.#key(ids[at]!, right));
    };
    const waiting = new Heap<number>((a, b) => a < b);
    const offer = (at: number): void => {
      const rank = rankAt(at);
      if (rank !== undefined) waiting.push(rank * STRIDE + at);
    };
    for (let at = 0; at + 1 < ids.length; at += 1) offer(at);
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
      const at = key % STRIDE;
      const rank = (key - at) / STRIDE;
      // Another merge may have taken one of the two in the meantime.
      if (ids[at]! < 0 || rankAt(at) !== rank) continue;
      const right = next[at]!;
      ids[at] = this.#made[rank]!;
      ids[right] = -1;
      next[at] = next[right]!;
      if (next[at]! < ids.length) previous[next[at]!] = at;
      if (previous[at]! >= 0) offer(previous[at]!);
      offer(at);
    }
    return ids.filter((id) => id >= 0);
  }

  #key(left: number, right: number): number {
    return left * this.#vocabulary.size + right;
  }
}
