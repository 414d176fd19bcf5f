import type { Value } from "../../ir.ts";
import { add, mul } from "../../ops/elementwise.ts";
import type { Scope } from "../../scope.ts";

/** B sources of S positions, T queries each (1 in a step of a loop). */
export interface Score {
  /** What of the memory's values [B, S, W] does not depend on the query: [B, S, K]. It is computed once for a source. */
  keys(values: Value): Value;
  /** How well each position answers each query: queries [B, T, Q], keys [B, S, K], what was attended to before [B, T, S] -> [B, T, S]. */
  score(queries: Value, keys: Value, coverage: Value | null): Value;
}

export interface ScoreWidths {
  /** Q */
  readonly query: number;
  /** W */
  readonly memory: number;
  /** Whether scores depend on how much each position was attended to before. */
  readonly coverage: boolean;
}

export type MakeScore = (scope: Scope, widths: ScoreWidths) => Score;

/** A score that is a product knows of coverage by a term w c. Parameter: coverage.w [1]. */
export function coverageTerm(scope: Scope, { coverage }: ScoreWidths): (scores: Value, coverage: Value | null) => Value {
  if (!coverage) return (scores) => scores;
  const w = scope.in("coverage").parameter("w", [1], { kind: "uniform", bound: 1 });
  return (scores, before) => add(scores, mul(before!, w));
}

/** @throws Error where queries and memory differ in width */
export function requireEqualWidths(name: string, { query, memory }: ScoreWidths): void {
  if (query !== memory)
    throw new Error(`${name} attention compares vectors of one width: the decoder's has ${query} numbers, the encoder's ${memory}`);
}
