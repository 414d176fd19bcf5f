import { isByte } from "../tokenizers/bytes.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { UNKNOWN_ID } from "../vocabulary.ts";
import type { Piece } from "./service.ts";

/** The text of a growing answer, cut so that what was given out never changes: bytes are held back until they are characters. */
export class Pieces {
  readonly #tokenizer: Tokenizer;
  readonly #tokens: string[] = [];
  #given = 0;

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  /** What a further token adds. @param instead what stands for an unknown one */
  add(id: number, instead?: string): Piece {
    const tokens = id === UNKNOWN_ID && instead !== undefined ? [instead] : this.#tokenizer.vocabulary.decode([id]);
    this.#tokens.push(...tokens);
    return { text: this.#take(this.#settled()), tokens };
  }

  /** What was held back. */
  end(): string {
    return this.#take(this.#tokens.length);
  }

  /** Number of tokens whose text no further one can change. */
  #settled(): number {
    if (this.#tokenizer.normalizes) return this.#tokens.length;
    return this.#tokens.findLastIndex((token) => !isByte(token)) + 1;
  }

  #take(until: number): string {
    const fresh = this.#tokens.slice(this.#given, until);
    const joint = this.#tokenizer.unit === "word" && this.#given > 0 && fresh.length > 0 ? " " : "";
    this.#given = Math.max(this.#given, until);
    return joint + this.#tokenizer.detokenize(fresh);
  }
}
