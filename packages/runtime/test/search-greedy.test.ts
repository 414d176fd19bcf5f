import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { search } from "../src/search/search.ts";
import type { StepModel } from "../src/step-model.ts";
import { END_ID } from "../src/vocabulary.ts";
import { HistoryModel } from "./history-model.ts";
import { anySources, expectTargets } from "./search-support.ts";
import { greedyTarget } from "./search-reference.ts";

describe("greedy search", () => {
  test("gives every source what the definition gives it, however it is batched", async () => {
    const options = fc.record({
      maxLength: fc.integer({ min: 5, max: 30 }),
      batchSize: fc.integer({ min: 1, max: 5 }),
      minLength: fc.integer({ min: 0, max: 5 }),
      noRepeatNgram: fc.integer({ min: 0, max: 3 }),
      prefix: fc.array(fc.constantFrom(1, 4, 5, 6), { maxLength: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(anySources, options, async (sources, given) => {
        const found = await search(new HistoryModel(), sources, given);
        expect(found).toHaveLength(sources.length);
        for (const [i, source] of sources.entries()) expectTargets(source, found[i]!, [greedyTarget(source, { size: 7, ...given })], given);
      }),
    );
  });

  test("rows that have ended leave the batch", async () => {
    const sources = Array.from({ length: 8 }, (_, i) => [4 + i, END_ID]);
    const model = new HistoryModel();
    const answers = await search(model, sources, { maxLength: 40 });
    const lengths = answers.map(([best]) => best!.ids.length + (best!.truncated ? 0 : 1));
    const alive = Array.from({ length: Math.max(...lengths) }, (_, step) => lengths.filter((length) => length > step).length);
    expect(new Set(alive).size).toBeGreaterThan(3);
    expect(model.steps).toEqual(alive);
  });

  test("batches hold sources of like length, at most batchSize of them", async () => {
    const model = new HistoryModel();
    const sources = [5, 1, 4, 2, 3].map((length) => Array.from({ length }, () => END_ID));
    await search(model, sources, { maxLength: 2, batchSize: 2 });
    expect(model.batches.map((batch) => batch.map((ids) => ids.length))).toEqual([[1, 2], [3, 4], [5]]);
  });

  test("the first token may be the end, and maxLength 1 can still end", async () => {
    const ending: StepModel<null> = {
      vocabularySize: 5,
      start: async () => ({ states: null }),
      step: async (tokens) => ({ logits: Float32Array.from([...tokens].flatMap(() => [9, 0, 9, 1, 0])), states: null }),
      select: () => null,
    };
    const [[answer] = []] = await search(ending, [[END_ID]], { maxLength: 1 });
    expect(answer).toMatchObject({ ids: [], truncated: false });
    expect(answer?.score).toBeCloseTo(1 - Math.log(2 * Math.exp(9) + Math.E + 2), 9);
  });

  test("nothing in, nothing out", async () => {
    const model = new HistoryModel();
    expect(await search(model, [], { maxLength: 3 })).toEqual([]);
    expect(model.batches).toEqual([]);
  });
});
