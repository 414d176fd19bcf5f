/** What one token of a text is: a character, a word, or a piece of a word that was learned (byte-pair encoding, unigram language model). */
export const TOKEN_UNITS = ["char", "word", "bpe", "unigram"] as const;
export type TokenUnit = (typeof TOKEN_UNITS)[number];

// Classes are spelt out, in the notation that JavaScript and Oniguruma (in Hugging Face's tokenizers) share: what \s, \p{L} or \p{P} are depends on
// the version of Unicode inside a runtime, and a text must become the same tokens everywhere.

/** White space, as JavaScript's \s. */
export const WHITE_SPACE = "\\u0009-\\u000D\\u0020\\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000\\uFEFF";
const CONTROL = "\\u0000-\\u001F\\u007F-\\u009F";
/** ASCII's and general punctuation and spaces, CJK and full-width forms; neither apostrophes (don't, l'eau) nor joiners are in it. */
const PUNCTUATION =
  "\\u0021-\\u0026\\u0028-\\u002F\\u003A-\\u0040\\u005B-\\u0060\\u007B-\\u007E\\u00A0-\\u00BF\\u2000-\\u200A\\u2010-\\u2018\\u201A-\\u206F" +
  "\\u3000-\\u3003\\u3008-\\u3011\\u3014-\\u301F\\uFF01-\\uFF0F\\uFF1A-\\uFF20\\uFF3B-\\uFF40\\uFF5B-\\uFF65";

/**
 * The stretches that pieces do not cross: a word, or marks of punctuation, each with one space in front of it where there is one; else a single space
 * or control character. Together they are the text.
 */
export const STRETCH = `\\u0020?[^\\u0020${PUNCTUATION}${CONTROL}]+|\\u0020?[${PUNCTUATION}]+|[\\u0020${CONTROL}]`;

const BETWEEN_WORDS = new RegExp(`[${WHITE_SPACE}]+`, "u");
const STRETCHES = new RegExp(STRETCH, "gu");

/**
 * Cuts a text into what is encoded by itself: code points, words without the white space between them, or the stretches of a text of pieces.
 * Characters and words are brought to NFC first, so that one text has one spelling; pieces are not, as they give any text back exactly.
 *
 * Code points rather than grapheme clusters, since the borders of clusters depend on the version of Unicode, too.
 */
export function cutText(unit: TokenUnit, text: string): string[] {
  if (unit === "char") return Array.from(text.normalize("NFC"));
  if (unit === "word")
    return text
      .normalize("NFC")
      .split(BETWEEN_WORDS)
      .filter((word) => word !== "");
  return text.match(STRETCHES) ?? [];
}

/** Whether a text's tokens are those of its NFC form. */
export const isNormalized = (unit: TokenUnit): boolean => unit === "char" || unit === "word";

/** Cuts texts before there is a vocabulary: into tokens, or into what pieces are learned from. */
export interface Cutter {
  readonly unit: TokenUnit;
  tokenize(text: string): string[];
  /** The text, in NFC and with one space between words where these are the tokens. */
  detokenize(tokens: readonly string[]): string;
}

export const cutterOf = (unit: TokenUnit): Cutter => ({
  unit,
  tokenize: (text) => cutText(unit, text),
  detokenize: (tokens) => tokens.join(unit === "word" ? " " : ""),
});
