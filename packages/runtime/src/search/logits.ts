import { UserError } from "../errors.ts";

/** What turns the logits z of a row into log-probabilities: log softmax(z)_k = z_k - max - logSum. */
export interface Normalizer {
  /** The largest logit. */
  readonly max: number;
  /** The lowest id that has it. */
  readonly argMax: number;
  /** log sum_j exp(z_j - max), which cannot overflow; summed in float64. */
  readonly logSum: number;
}

/**
 * Reads the row that begins at `from`, over all V tokens. A logit of -Infinity is a probability of 0.
 * @throws UserError when the logits are not numbers: the weights are damaged or the training diverged.
 */
export function normalizer(logits: Float32Array, from: number, size: number): Normalizer {
  const end = from + size;
  let max = -Infinity;
  let at = from;
  for (let i = from; i < end; i += 1) {
    const logit = logits[i] as number;
    if (logit > max) {
      max = logit;
      at = i;
    }
  }
  let sum = 0;
  for (let i = from; i < end; i += 1) sum += Math.exp((logits[i] as number) - max);
  const logSum = Math.log(sum);
  // Also where all are -Infinity or one is Infinity: the difference from the maximum is then no number.
  if (!Number.isFinite(logSum)) throw notFinite();
  return { max, argMax: at - from, logSum };
}

/** The token with the largest logit that is not banned, the lowest id of equal ones; -1 where all that remain have probability 0. */
export function largestAllowed(logits: Float32Array, from: number, banned: Uint8Array): number {
  let best = -Infinity;
  let token = -1;
  for (let id = 0; id < banned.length; id += 1) {
    const logit = logits[from + id] as number;
    if (logit > best && banned[id] === 0) {
      best = logit;
      token = id;
    }
  }
  return token;
}

/** The model computes no numbers. */
export function notFinite(): UserError {
  return new UserError("the model's outputs are not finite numbers: its weights are damaged or its training diverged; train it again");
}

/** A search came to a point where whatever may follow has probability 0. */
export function nothingFollows(): UserError {
  return new UserError(
    "the model gives probability 0 to every token that may follow; give fewer constraints or another prefix, or train the model again",
  );
}
