import { attachGradient } from "../custom.ts";
import type { Value } from "../ir.ts";
import { cast, equal, log, mul, not, sub } from "../ops/elementwise.ts";
import { gatherElements, scatterElements } from "../ops/index-ops.ts";
import { filled, reshape, unsqueeze } from "../ops/movement.ts";
import { argMax, reduceMax, reduceMean, reduceSum, softmax } from "../ops/reduce.ts";
import type { Dim } from "../shape.ts";

export interface CrossEntropy {
  /** Sum over rows whose target is not padding, in nats: []. */
  readonly sum: Value;
  /** Number of those rows: []. */
  readonly count: Value;
}

/** Ids of token targets that are padding; label targets have -1 there. */
export const PADDING = 0;

/** 1 for real targets, 0 for padding, in the element type of `like`. */
export const realTargets = (targets: Value, like: Value, padding: number): Value => cast(not(equal(targets, padding)), like.type);

/**
 * Cross-entropy of each row of logits [N, V] against its target [N] int32, whatever that is, with label smoothing e
 * (Szegedy et al. 2016, sec. 7):
 *
 *     loss = -sum_k q_k log p_k,   q = (1 - e) onehot(target) + e / V,   p = softmax(logits)
 *     d loss / d logits = p - q
 */
export function rowLosses(logits: Value, targets: Value, smoothing: number) {
  const [rows, size] = logits.shape as [Dim, number];
  const places = unsqueeze(targets, -1);
  const p = softmax(logits);
  // log(sum(exp(logits))) from the largest logit and its probability, which is at least 1/V: nothing underflows.
  const total = sub(reduceMax(logits, [-1]), log(reduceMax(p, [-1])));
  const picked = reshape(gatherElements(logits, places, -1), [rows]);
  const hard = sub(total, smoothing === 0 ? picked : mul(picked, 1 - smoothing));
  return {
    /** [N] */
    losses: smoothing === 0 ? hard : sub(hard, mul(reduceMean(logits, [-1]), smoothing)),
    /** Gradient of the logits [N, V] from that of the losses [N]; `read` as of `attachGradient`. */
    gradient(ofLosses: Value, read: (value: Value) => Value = (value) => value): Value {
      const spread = smoothing === 0 ? read(p) : sub(read(p), smoothing / size);
      const onTarget = filled(logits.graph.root, logits.type, [rows, 1], smoothing - 1);
      return mul(scatterElements(spread, read(places), onTarget, -1), unsqueeze(ofLosses, -1));
    },
  };
}

/** Cross-entropy of logits [N, V] against target ids [N] int32, those equal to `padding` not counted; see `rowLosses`. */
export function crossEntropy(logits: Value, targets: Value, smoothing = 0, padding = PADDING): CrossEntropy {
  const { losses, gradient } = rowLosses(logits, targets, smoothing);
  attachGradient(losses, [logits], (ofLosses, read) => [gradient(ofLosses, read)]);
  const mask = realTargets(targets, logits, padding);
  return { sum: reduceSum(mul(losses, mask)), count: reduceSum(mask) };
}

/** Rows of logits [N, V] whose largest entry is the target [N], padding not counted: []. */
export function correct(logits: Value, targets: Value, padding = PADDING): Value {
  const right = cast(equal(cast(argMax(logits), "int32"), targets), logits.type);
  return reduceSum(mul(right, realTargets(targets, logits, padding)));
}
