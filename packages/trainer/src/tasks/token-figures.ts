import type { EvaluationSums } from "../executor.ts";
import type { TaskFigures } from "./task.ts";

/** Of outputs that are chosen one by one, such as tokens: cross-entropy in nats, its exponential and the share of right choices, given the right ones before them. */
export function tokenFigures({ loss_sum: loss = Number.NaN, units = 0, correct = 0 }: EvaluationSums): TaskFigures {
  // That of a run that diverged may be larger than a number can be.
  const perplexity = Math.min(Math.exp(loss / units), Number.MAX_VALUE);
  return { loss: loss / units, perplexity, tokenAccuracy: correct / units };
}
