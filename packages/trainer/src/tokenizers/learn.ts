import { LearnedTokenizer as Tokenizer, RESERVED_TOKENS, type TokenUnit, UserError, Vocabulary } from "@s2s/runtime";
import { chooseAlphabet } from "./alphabet.ts";
import { learnBytePairs } from "./byte-pairs.ts";
import { learnUnigram } from "./unigram.ts";

export interface LearnOptions {
  /** Most entries, special tokens and bytes included (default: all characters or words, 8,000 pieces). */
  readonly size?: number | undefined;
  /** Rarer characters, words and pairs of pieces are left out (default 1). */
  readonly minFrequency?: number | undefined;
}

const PIECES = 8000;
/** Special tokens, bytes and the characters that their names are made of. */
const LEAST_PIECES = RESERVED_TOKENS.length + 40;

/**
 * Learns a tokeniser from stretches of text (`cutText`) and how often each occurs: a function of these counts alone, whatever their order.
 * @throws UserError for a size that leaves no room
 */
export function learnTokenizer(
  unit: TokenUnit,
  counts: ReadonlyMap<string, number>,
  { size, minFrequency = 1 }: LearnOptions = {},
): Tokenizer {
  if (unit === "char" || unit === "word") return new Tokenizer({ unit, tokens: Vocabulary.build(counts, { size, minFrequency }).tokens });
  const most = size ?? PIECES;
  if (most < LEAST_PIECES) {
    throw new UserError(
      `a vocabulary of ${most} is too small for ${unit} pieces, which need 256 bytes beside them; give at least ${LEAST_PIECES}`,
    );
  }
  const learn = unit === "bpe" ? learnBytePairs : learnUnigram;
  return new Tokenizer(learn(counts, chooseAlphabet(counts, most - LEAST_PIECES + 1, minFrequency), most, minFrequency));
}
