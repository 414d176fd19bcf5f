import { SPECIAL_TOKENS, UNKNOWN_ID, Vocabulary } from "../vocabulary.ts";
import { UserError } from "../errors.ts";
import { BytePairs, type Merge } from "./bpe.ts";
import { joinPieces, looksReserved, RESERVED_TOKENS } from "./bytes.ts";
import { cutText, isNormalized, type TokenUnit } from "./cut.ts";
import { Unigram } from "./unigram.ts";

/** All that there is to a tokeniser. Entry i of `tokens` has id i; pieces follow the special tokens and the 256 bytes. */
export type TokenizerData =
  | { readonly unit: "char"; readonly tokens: readonly string[] }
  | { readonly unit: "word"; readonly tokens: readonly string[] }
  | { readonly unit: "bpe"; readonly tokens: readonly string[]; readonly merges: readonly Merge[] }
  | { readonly unit: "unigram"; readonly tokens: readonly string[]; readonly scores: readonly number[] };

/** Between texts and ids. Where tokens are pieces, a text is exactly its decoded ids; else an unknown character or word becomes `<unk>`. */
export class Tokenizer {
  readonly data: TokenizerData;
  readonly vocabulary: Vocabulary;
  readonly #encode: (stretch: string) => readonly number[];

  /** @throws UserError for data that is none of a tokeniser; `where` names the file */
  constructor(data: TokenizerData, where = "tokenizer") {
    const vocabulary = new Vocabulary(data.tokens, where);
    this.data = data;
    this.vocabulary = vocabulary;
    if (data.unit === "char" || data.unit === "word") {
      this.#encode = (stretch) => [vocabulary.idOf(stretch)];
      return;
    }
    const first = RESERVED_TOKENS.findIndex((token, id) => data.tokens[id] !== token);
    const wrong = first < 0 ? data.tokens.findIndex((token, id) => id >= RESERVED_TOKENS.length && looksReserved(token)) : first;
    if (wrong >= 0) {
      throw new UserError(
        `${where}: entry ${wrong} is out of place; pieces follow the special tokens and 256 bytes; export the bundle again`,
      );
    }
    const model = data.unit === "bpe" ? new BytePairs(vocabulary, data.merges, where) : new Unigram(vocabulary, data.scores, where);
    this.#encode = (stretch) => model.encode(stretch);
  }

  get unit(): TokenUnit {
    return this.data.unit;
  }

  /** Every token; the index is the id. */
  get tokens(): readonly string[] {
    return this.vocabulary.tokens;
  }

  /** Tokens that stand for text: neither special ones nor bytes. */
  get ownTokens(): readonly string[] {
    return this.tokens.slice(this.normalizes ? SPECIAL_TOKENS.length : RESERVED_TOKENS.length);
  }

  /** Number of tokens, special ones included. */
  get size(): number {
    return this.vocabulary.size;
  }

  /** Whether a text's tokens are those of its NFC form. */
  get normalizes(): boolean {
    return isNormalized(this.unit);
  }

  /** Ids of what `cutText` gives. */
  encodeStretch(stretch: string): readonly number[] {
    return this.#encode(stretch);
  }

  /** Ids of a text, without `<s>` and `</s>`. */
  encode(text: string): number[] {
    return cutText(this.unit, text).flatMap(this.#encode);
  }

  /** Tokens of a text: characters or words as they are written, known or not, or pieces. */
  tokenize(text: string): string[] {
    if (this.normalizes) return cutText(this.unit, text);
    return this.encode(text).map((id) => this.tokens[id] as string);
  }

  /** Characters or words of a text that are unknown, each once. */
  unknown(text: string): string[] {
    return [...new Set(cutText(this.unit, text).filter((stretch) => this.#encode(stretch).includes(UNKNOWN_ID)))];
  }

  /** The text of ids; `<pad>`, `<s>` and `</s>` are left out. @throws RangeError */
  decode(ids: Iterable<number>): string {
    return this.detokenize(this.vocabulary.decode(ids));
  }

  /** The text of tokens. */
  detokenize(tokens: readonly string[]): string {
    if (this.unit === "word") return tokens.join(" ");
    return this.unit === "char" ? tokens.join("") : joinPieces(tokens);
  }
}
