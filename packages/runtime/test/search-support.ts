import * as fc from "fast-check";
import { expect } from "vitest";
import type { Hypothesis } from "../src/search/hypothesis.ts";
import { END_ID } from "../src/vocabulary.ts";
import { isEnded, penalized, type Rules, type Target } from "./search-reference.ts";

export const anySource = fc.array(fc.integer({ min: 4, max: 9 }), { maxLength: 6 }).map((ids) => ids.concat(END_ID));
export const anySources = fc.array(anySource, { maxLength: 12 });

/** Hypotheses found are the targets of a definition, in their order and with their scores. */
export function expectTargets(
  source: readonly number[],
  found: readonly Hypothesis[],
  targets: readonly Target[],
  rules: Omit<Rules, "size">,
): void {
  expect(found.map(({ ids, truncated }) => ({ ids, truncated }))).toEqual(
    targets.map((target) => ({ ids: target.tokens.filter((id) => id !== END_ID), truncated: !isEnded(target) })),
  );
  for (const [i, target] of targets.entries()) {
    expect(found[i]?.score).toBeCloseTo(target.sum, 9);
    expect(found[i]?.penalizedScore).toBeCloseTo(penalized(source, target, { size: 0, ...rules }), 9);
  }
}
