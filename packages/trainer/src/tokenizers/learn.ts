import { RESERVED_TOKENS, Tokenizer, type TokenUnit, UserError } from "@s2s/runtime";
import { chooseAlphabet } from "./alphabet.ts";
import { learnBytePairs } from "./byte-pairs.ts";
import { mostFrequentTokens } from "./most-frequent.ts";
import { learnUnigram } from "./unigram.ts";

export interface LearnOptions {
  /** Most entries, special tokens and bytes included (default: all characters or words, 8,000 pieces). */
  readonly size?: number | undefined;
  /** Rarer characters, words and pairs of pieces are left out (default 1). */
  readonly minFrequency?: number | undefined;
}

const PIECES = 8000;
/** The smallest vocabulary of pieces: leaves room for an alphabet. */
export const LEAST_PIECES = RESERVED_TOKENS.length + 40;

/**
 * Learns a tokeniser from stretches of text (`cutText`) and how often each occurs: a function of these counts alone, whatever their order.
 * @throws UserError for a size that leaves no room
 */
export function learnTokenizer(
  unit: TokenUnit,
  counts: ReadonlyMap<string, number>,
  { size, minFrequency = 1 }: LearnOptions = {},
): Tokenizer {
  if (unit === "char" || unit === "word") return new Tokenizer({ unit, tokens: mostFrequentTokens(counts, { size, minFrequency }) });
  const most = size ?? PIECES;
  if (most < LEAST_PIECES) {
    throw new UserError(
      `a vocabulary of ${most} is too small for ${unit} pieces, which need 256 bytes beside them; give at least ${LEAST_PIECES}`,
    );
  }
  const room = most - RESERVED_TOKENS.length;
  if (unit === "bpe") return new Tokenizer(learnBytePairs(counts, chooseAlphabet(counts, room, minFrequency), most, minFrequency));
  // A text can always spell the names of tokens that are no text: other tools would take those where all else is unknown.
  const alphabet = chooseAlphabet(counts, room, minFrequency, RESERVED_TOKENS.join(""));
  return new Tokenizer(learnUnigram(counts, alphabet, most, minFrequency));
}
