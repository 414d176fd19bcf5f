import { hash } from "../hash.ts";
import type { FloatType, Value } from "../ir.ts";
import { add, cast, greaterOrEqual, mul, where } from "../ops/elementwise.ts";
import { range } from "../ops/index-ops.ts";
import { reshape } from "../ops/movement.ts";
import { argMax } from "../ops/reduce.ts";
import type { Scope } from "../scope.ts";
import { type Dim, product } from "../shape.ts";
import type { TokenChoice } from "../models/decoder-run.ts";
import { generable } from "../search/decoder.ts";

/** Of the hash: float32 holds them exactly. */
const BITS = 24;

export interface SampledTokens {
  /** Decides at which places the model's own token is read: int32 []. */
  readonly seed: Value;
  /** Probability of the true token, from 0 to 1: []. */
  readonly teacherForcing: Value;
  readonly steps: Dim;
  readonly batch: Dim;
}

/**
 * Scheduled sampling by token (Bengio et al. 2015): every step of every sequence reads the true token with probability `teacherForcing`, else
 * the one that the model holds most probable after the step before, as greedy search would. No gradient goes through that choice.
 */
export function scheduledSampling(scope: Scope, { seed, teacherForcing, steps, batch }: SampledTokens): TokenChoice {
  const { graph } = seed;
  const bits = hash(add(seed, scope.key), range(graph, product([steps, batch])), BITS);
  const own = greaterOrEqual(mul(cast(bits, teacherForcing.type), 2 ** -BITS), teacherForcing);
  return {
    sequences: [reshape(own, [steps, batch])],
    choose: (given, predicted, [reads]) => where(reads, predicted, given),
    give: (logits) => {
      const mask = generable({ graph, type: logits.type as FloatType, vocabulary: logits.shape[1] as number });
      return cast(argMax(add(logits, mask)), "int32");
    },
  };
}
