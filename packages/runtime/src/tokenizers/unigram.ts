import { UserError } from "../errors.ts";
import { UNKNOWN_ID, type Vocabulary } from "../vocabulary.ts";
import { byteIds, RESERVED_TOKENS } from "./bytes.ts";

/** Below the least score, what a character scores that no piece has; as in SentencePiece and Hugging Face's tokenizers. */
const UNKNOWN_PENALTY = 10;
/** Bounds the time that a text takes. */
const LONGEST_PIECE = 128;

/** Unigram language model (Kudo 2018): a stretch becomes the pieces whose scores (log-probabilities) have the largest sum. */
export class Unigram {
  readonly #vocabulary: Vocabulary;
  readonly #scores: Float64Array;
  readonly #unknown: number;
  /** Length of the longest piece in UTF-16 units. */
  readonly #longest: number;

  /** @param scores - one for each entry. @throws UserError for scores that are no numbers and pieces that are too long; `where` names the file */
  constructor(vocabulary: Vocabulary, scores: readonly number[], where: string) {
    const wrong = scores.findIndex((score) => !Number.isFinite(score));
    if (wrong >= 0) throw new UserError(`${where}: the score of entry ${wrong} is not a number; export the bundle again`);
    this.#vocabulary = vocabulary;
    this.#scores = Float64Array.from(scores);
    this.#unknown = this.#scores.reduce((least, score) => Math.min(least, score), 0) - UNKNOWN_PENALTY;
    this.#longest = vocabulary.tokens.reduce((longest, token) => Math.max(longest, token.length), 0);
    if (this.#longest > LONGEST_PIECE) throw new UserError(`${where}: has a piece longer than ${LONGEST_PIECE}; export the bundle again`);
  }

  /** The best path (Viterbi): O(n * longest piece). Of paths that score the same, the one whose last piece begins first. */
  encode(stretch: string): number[] {
    const n = stretch.length;
    const best = new Float64Array(n + 1).fill(Number.NEGATIVE_INFINITY);
    const begin = new Int32Array(n + 1);
    const last = new Int32Array(n + 1);
    const reach = (from: number, to: number, id: number, score: number): void => {
      const sum = best[from]! + score;
      if (sum <= best[to]!) return;
      best[to] = sum;
      begin[to] = from;
      last[to] = id;
    };
    best[0] = 0;
    for (let from = 0; from < n;) {
      const width = stretch.codePointAt(from)! > 0xffff ? 2 : 1;
      for (let to = from + width; to <= Math.min(n, from + this.#longest); to += 1) {
        const id = this.#vocabulary.idOf(stretch.slice(from, to));
        // Neither bytes nor special tokens are ever text.
        if (id >= RESERVED_TOKENS.length) reach(from, to, id, this.#scores[id]!);
        else if (to === from + width) reach(from, to, UNKNOWN_ID, this.#unknown);
      }
      from += width;
    }
    const ids: number[] = [];
    for (let to = n; to > 0; to = begin[to]!) {
      if (last[to] === UNKNOWN_ID) ids.push(...byteIds(stretch.slice(begin[to], to)).toReversed());
      else ids.push(last[to]!);
    }
    return ids.toReversed();
  }
}
