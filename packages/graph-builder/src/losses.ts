import { attachGradient } from "./custom.ts";
import type { Value } from "./ir.ts";
import { cast, equal, log, mul, not, sub } from "./ops/elementwise.ts";
import { gatherElements, scatterElements } from "./ops/index-ops.ts";
import { filled, reshape, unsqueeze } from "./ops/movement.ts";
import { argMax, reduceMax, reduceMean, reduceSum, softmax } from "./ops/reduce.ts";

export interface CrossEntropy {
  /** Sum over rows whose target is not padding, in nats: []. */
  readonly sum: Value;
  /** Number of those rows: []. */
  readonly count: Value;
}

/** 1 for real targets, 0 for padding (id 0), in the element type of `like`. */
const realTargets = (targets: Value, like: Value): Value => cast(not(equal(targets, 0)), like.type);

/**
 * Cross-entropy of logits [N, V] against target ids [N] int32, id 0 being padding, with label smoothing e (Szegedy et al. 2016, sec. 7):
 *
 *     loss = -sum_k q_k log p_k,   q = (1 - e) onehot(target) + e / V,   p = softmax(logits)
 *     d loss / d logits = p - q
 */
export function crossEntropy(logits: Value, targets: Value, smoothing = 0): CrossEntropy {
  const [rows, size] = logits.shape as [Value["shape"][0], number];
  const places = unsqueeze(targets, -1);
  const p = softmax(logits);
  // log(sum(exp(logits))) from the largest logit and its probability, which is at least 1/V: nothing underflows.
  const total = sub(reduceMax(logits, [-1]), log(reduceMax(p, [-1])));
  const picked = reshape(gatherElements(logits, places, -1), [rows]);
  const hard = sub(total, smoothing === 0 ? picked : mul(picked, 1 - smoothing));
  const loss = smoothing === 0 ? hard : sub(hard, mul(reduceMean(logits, [-1]), smoothing));
  attachGradient(loss, [logits], (gradient, read) => {
    const spread = smoothing === 0 ? read(p) : sub(read(p), smoothing / size);
    const onTarget = filled(logits.graph.root, logits.type, [rows, 1], smoothing - 1);
    return [mul(scatterElements(spread, read(places), onTarget, -1), unsqueeze(gradient, -1))];
  });
  const mask = realTargets(targets, logits);
  return { sum: reduceSum(mul(loss, mask)), count: reduceSum(mask) };
}

/** Rows of logits [N, V] whose largest entry is the target [N], padding not counted: []. */
export function correct(logits: Value, targets: Value): Value {
  const right = cast(equal(cast(argMax(logits), "int32"), targets), logits.type);
  return reduceSum(mul(right, realTargets(targets, logits)));
}
