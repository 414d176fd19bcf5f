import type { Tokenizer } from "./tokenizers/tokenizer.ts";

/**
 * A target's tokens from the order in which a model writes them to that of the text, or back. A model may write from the last token to the first:
 * Liu et al., "Agreement on Target-Bidirectional LSTMs for Sequence-to-Sequence Learning", AAAI 2016.
 */
export const inOrder = <T>(tokens: readonly T[], reversed: boolean | undefined): readonly T[] => (reversed ? tokens.toReversed() : tokens);

/** Ids of a target in the order in which its model writes them, without `<s>` and `</s>`. */
export const targetIds = (tokenizer: Tokenizer, text: string, reversed: boolean | undefined): readonly number[] =>
  inOrder(tokenizer.encode(text), reversed);
