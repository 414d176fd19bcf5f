import type { FloatType, Value } from "../../ir.ts";
import { add, mul, sub } from "../../ops/elementwise.ts";
import { matmul } from "../../ops/matmul.ts";
import { unsqueeze } from "../../ops/movement.ts";
import type { Scope } from "../../scope.ts";
import { additive } from "./additive.ts";
import { dot } from "./dot.ts";
import { general } from "./general.ts";
import { scaledDot } from "./scaled-dot.ts";
import { scaledGeneral } from "./scaled-general.ts";
import type { MakeScore, ScoreWidths } from "./score.ts";
import { shares } from "./shares.ts";

/** How a query is compared with the memory, by the name in a model's configuration. */
export const SCORES = {
  dot,
  "scaled-dot": scaledDot,
  general,
  "scaled-general": scaledGeneral,
  additive,
} as const satisfies Readonly<Record<string, MakeScore>>;
export type ScoreName = keyof typeof SCORES;

/** What a decoder looks at in every step and never changes. */
export interface AttentionMemory {
  /** [B, S, W] */
  readonly values: Value;
  /** [B, S, K]; the values themselves where they are compared as they are. */
  readonly keys: Value;
  /** [B, S]: 1 for the source's own positions, 0 for padding. */
  readonly mask: Value;
}

export interface Attended {
  /** [B, T, S]; they sum to 1, and are exactly 0 on padding. */
  readonly weights: Value;
  /** The values in those shares: [B, T, W]. */
  readonly context: Value;
}

/** Added to the score of padding: far below any other, so that its exponential is exactly zero, and finite, so that nothing is no number. */
const hidden = (type: FloatType): number => (type === "float16" ? -6e4 : -1e9);

/**
 * Attention of T queries over the S positions of a source:
 *
 *     weights = softmax(score(query, keys)) over the source's own positions,  context = weights values
 *
 * In a loop over a target's steps T is 1, and what depends on the memory alone is computed outside of it.
 */
export function attention(scope: Scope, name: ScoreName, widths: ScoreWidths) {
  const { keys, score } = SCORES[name](scope, widths);
  return {
    /** values [B, S, W], mask [B, S] */
    memory: (values: Value, mask: Value): AttentionMemory => ({ values, keys: keys(values), mask }),
    /** queries [B, T, Q]; coverage [B, T, S], the sum of the weights of all steps before, where scores know of it. */
    attend(queries: Value, memory: AttentionMemory, coverage: Value | null): Attended {
      const penalty = unsqueeze(mul(sub(1, memory.mask), hidden(scope.options.type)), 1);
      const weights = shares(add(score(queries, memory.keys, coverage), penalty));
      return { weights, context: matmul(weights, memory.values) };
    },
  };
}

export type Attention = ReturnType<typeof attention>;
