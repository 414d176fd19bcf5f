import type { Tokenizer } from "./tokenizers/tokenizer.ts";

/**
 * Ids of a target in the order in which its model writes them, without `<s>` and `</s>`. A model may write from the last token to the first: Liu et
 * al., "Agreement on Target-Bidirectional LSTMs for Sequence-to-Sequence Learning", AAAI 2016.
 */
export function targetIds(tokenizer: Tokenizer, text: string, reversed: boolean | undefined): readonly number[] {
  const ids = tokenizer.encode(text);
  return reversed ? ids.toReversed() : ids;
}
