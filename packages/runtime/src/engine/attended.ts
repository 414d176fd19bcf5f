import { SPECIAL_TOKENS, UNKNOWN_ID } from "../vocabulary.ts";

/**
 * The source token that was looked at most, the first of equal ones: what takes the place of an unknown word (Jean et al., "On Using Very Large
 * Target Vocabulary for Neural Machine Translation", 2015, arXiv:1412.2007, section 3.3).
 * @param weights over the source's tokens and its end, which stands for no word
 */
export function attended(weights: ArrayLike<number> | undefined, source: readonly string[]): string {
  let best = 0;
  for (let i = 1; i < source.length; i += 1) if ((weights?.[i] ?? 0) > (weights?.[best] ?? 0)) best = i;
  return source[best] ?? (SPECIAL_TOKENS[UNKNOWN_ID] as string);
}
