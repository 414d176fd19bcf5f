import * as fc from "fast-check";
import { expect } from "vitest";
import type { Hypothesis } from "../src/search/hypothesis.ts";
import type { SearchOptions } from "../src/search/options.ts";
import type { StepModel } from "../src/step-model.ts";
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

/** A model that says the same for every source: logits by the tokens fed so far, `<s>` first. */
export function tableModel(
  size: number,
  logits: (fed: readonly number[]) => number[],
  attention?: () => number[],
): StepModel<readonly (readonly number[])[]> {
  return {
    vocabularySize: size,
    start: async (sources) => ({ states: sources.map(() => []) }),
    step: async (tokens, states) => {
      const next = states.map((fed, row) => [...fed, tokens[row] ?? NaN]);
      return {
        logits: Float32Array.from(next.flatMap(logits)),
        states: next,
        attention: attention && Float32Array.from(next.flatMap(attention)),
      };
    },
    select: (states, rows) => rows.map((row) => states[row]!),
  };
}

const constraints = {
  maxLength: fc.integer({ min: 4, max: 12 }),
  minLength: fc.integer({ min: 0, max: 4 }),
  noRepeatNgram: fc.integer({ min: 0, max: 3 }),
  prefix: fc.array(fc.constantFrom(1, 4, 5, 6), { maxLength: 4 }),
  lengthPenalty: fc.double({ min: 0, max: 3, noNaN: true }),
  coveragePenalty: fc.constantFrom(0, 0.3),
  attention: fc.boolean(),
  batchSize: fc.integer({ min: 1, max: 20 }),
};
const greedy = fc.record(constraints);
const beams = fc
  .record({ ...constraints, beams: fc.integer({ min: 2, max: 5 }), nBest: fc.integer({ min: 1, max: 5 }) })
  .filter(({ beams, nBest }) => nBest <= beams);
const sampling = fc.record({
  ...constraints,
  nBest: fc.integer({ min: 1, max: 5 }),
  temperature: fc.double({ min: 0.1, max: 3, noNaN: true }),
  topK: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
  topP: fc.option(fc.double({ min: 0.05, max: 1, noNaN: true }), { nil: undefined }),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});

/** Options of each search that go together, for a `HistoryModel` of the usual size that attends. */
export const anyOptions: fc.Arbitrary<SearchOptions> = fc.oneof(greedy, beams, sampling);
