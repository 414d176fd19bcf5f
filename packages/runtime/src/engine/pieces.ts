import { createTokenizer, type TokenUnit } from "../tokenizer.ts";
import type { Vocabulary } from "../vocabulary.ts";
import type { Piece } from "./service.ts";

/** Characters that may merge with the one before them under NFC: marks, the later letters of a Hangul syllable, vowels of Kirat Rai. */
const MERGES = /^[\p{M}\u1161-\u1175\u11A8-\u11C2\u{16D63}\u{16D67}-\u{16D6A}]/u;

/** The text of a growing answer, cut so that what was given out never changes. */
export class Pieces {
  readonly #vocabulary: Vocabulary;
  readonly #unit: TokenUnit;
  /** Few vocabularies have such tokens; without, no text has to be held back. */
  readonly #merges: boolean;
  readonly #tokens: string[] = [];
  #given = 0;

  constructor(vocabulary: Vocabulary, unit: TokenUnit) {
    this.#vocabulary = vocabulary;
    this.#unit = unit;
    this.#merges = unit === "char" && vocabulary.tokens.some((token) => MERGES.test(token));
  }

  /** What a further token adds. */
  add(id: number): Piece {
    const tokens = this.#vocabulary.decode([id]);
    this.#tokens.push(...tokens);
    return { text: this.#take(this.#settled()), tokens };
  }

  /** What was held back. */
  end(): string {
    return this.#take(this.#tokens.length);
  }

  /** Number of tokens whose text no further one can change. */
  #settled(): number {
    if (!this.#merges) return this.#tokens.length;
    let last = this.#tokens.length - 1;
    while (last > 0 && MERGES.test(this.#tokens[last] ?? "")) last -= 1;
    return Math.max(last, 0);
  }

  #take(until: number): string {
    const fresh = this.#tokens.slice(this.#given, until);
    const text = createTokenizer(this.#unit).detokenize(fresh);
    const joint = this.#unit === "word" && this.#given > 0 && fresh.length > 0 ? " " : "";
    this.#given = Math.max(this.#given, until);
    return joint + text;
  }
}
