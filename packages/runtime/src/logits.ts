import { UserError } from "./errors.ts";
import { PAD_ID, START_ID } from "./vocabulary.ts";

export interface ScoredToken {
  readonly token: number;
  /** Natural logarithm of the token's probability. */
  readonly logProbability: number;
}

/**
 * The most probable token of one row that may be generated: `<pad>` and `<s>` may not. Of equal ones the lowest id wins.
 * The probability is the model's own, over all V tokens: log softmax(z)_k = z_k - m - log sum_j exp(z_j - m) with m = max z,
 * which cannot overflow; summed in float64.
 * @throws UserError when the logits are not finite numbers: the weights are damaged or the training diverged.
 */
export function bestToken(logits: Float32Array, row: number, size: number): ScoredToken {
  const from = row * size;
  let max = -Infinity;
  let token = -1;
  let best = -Infinity;
  for (let id = 0; id < size; id += 1) {
    const logit = logits[from + id] as number;
    if (logit > max) max = logit;
    if (logit > best && id !== PAD_ID && id !== START_ID) {
      best = logit;
      token = id;
    }
  }
  let sum = 0;
  for (let id = 0; id < size; id += 1) sum += Math.exp((logits[from + id] as number) - max);
  const logProbability = best - max - Math.log(sum);
  if (token === -1 || !Number.isFinite(logProbability)) {
    throw new UserError("the model's outputs are not finite numbers: its weights are damaged or its training diverged; train it again");
  }
  return { token, logProbability };
}
