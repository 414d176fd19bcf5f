/**
 * What a batch's summed loss is multiplied by: one over the tokens that as many pairs have on average. Batches hold pairs of similar
 * length; divided by its own tokens, a batch of short pairs would weigh as much as one of long pairs. So a token weighs the same in each.
 */
export const lossScale = (pairs: number, meanTargetTokens: number): number => 1 / (pairs * meanTargetTokens);
