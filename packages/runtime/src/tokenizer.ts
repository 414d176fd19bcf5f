import { UserError } from "./errors.ts";

/** What one token of a text is. */
export type TokenUnit = "char" | "word";

/** Cuts texts into tokens and joins them again. Texts are normalised to NFC first, so that one text has one spelling. */
export interface Tokenizer {
  readonly unit: TokenUnit;
  tokenize(text: string): string[];
  detokenize(tokens: readonly string[]): string;
}

/**
 * One Unicode code point a token, white space included: `detokenize(tokenize(text))` is the text's NFC form.
 *
 * Code points rather than grapheme clusters: the borders of clusters depend on the version of Unicode inside the runtime, so
 * the same text could become different ids in Node and in a browser, and clusters with marks are rare enough to be unknown
 * where their code points are well known.
 */
const characters: Tokenizer = {
  unit: "char",
  tokenize: (text) => Array.from(text.normalize("NFC")),
  detokenize: (tokens) => tokens.join("").normalize("NFC"),
};

/** One stretch between white space a token; joined by one space. Punctuation is not split off. */
const words: Tokenizer = {
  unit: "word",
  tokenize: (text) =>
    text
      .normalize("NFC")
      .split(/\s+/u)
      .filter((word) => word !== ""),
  detokenize: (tokens) => tokens.join(" "),
};

/** The tokeniser of a unit, as a manifest or a configuration names it. */
export function createTokenizer(unit: TokenUnit | "bpe" | "unigram"): Tokenizer {
  if (unit === "char") return characters;
  if (unit === "word") return words;
  throw new UserError(`tokens: ${unit} pieces have to be learned first`);
}
