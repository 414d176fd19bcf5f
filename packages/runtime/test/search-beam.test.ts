import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../src/errors.ts";
import { search } from "../src/search/search.ts";
import { END_ID, START_ID } from "../src/vocabulary.ts";
import { attentionOf, HistoryModel } from "./history-model.ts";
import { beamTargets, best, everyTarget } from "./search-reference.ts";
import { anySource, anySources, expectTargets, tableModel } from "./search-support.ts";

const penalties = { lengthPenalty: fc.double({ min: 0, max: 3, noNaN: true }), coveragePenalty: fc.constantFrom(0, 0.2, 3) };

describe("beam search", () => {
  test("with room for every hypothesis finds the best of all", async () => {
    // Three tokens besides </s>: at most 3^4 hypotheses are alive.
    const options = fc.record({
      ...penalties,
      maxLength: fc.integer({ min: 2, max: 4 }),
      minLength: fc.integer({ min: 0, max: 2 }),
      noRepeatNgram: fc.integer({ min: 0, max: 3 }),
      prefix: fc.array(fc.constantFrom(1, 4, 5), { maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(anySource, options, fc.integer({ min: 1, max: 81 }), async (source, given, nBest) => {
        const rules = { size: 6, ...given };
        const [found = []] = await search(new HistoryModel({ size: 6, attends: true }), [source], { ...given, beams: 81, nBest });
        expectTargets(source, found, best(source, everyTarget(source, rules), rules).slice(0, nBest), given);
      }),
      { numRuns: 60 },
    );
  });

  test("gives every source what a search without an early stop gives it, however it is batched", async () => {
    const options = fc.record({
      ...penalties,
      beams: fc.integer({ min: 2, max: 6 }),
      maxLength: fc.integer({ min: 4, max: 12 }),
      minLength: fc.integer({ min: 0, max: 4 }),
      noRepeatNgram: fc.integer({ min: 0, max: 3 }),
      prefix: fc.array(fc.constantFrom(1, 4, 5, 6), { maxLength: 4 }),
      batchSize: fc.integer({ min: 1, max: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(anySources, options, async (sources, given) => {
        const found = await search(new HistoryModel({ attends: true }), sources, { ...given, nBest: given.beams });
        for (const [i, source] of sources.entries()) {
          expectTargets(source, found[i]!, beamTargets(source, given.beams, { size: 7, ...given }), given);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("stops before maxLength once no other hypothesis can come among the best, and finished sources leave the batch", async () => {
    const sources = Array.from({ length: 6 }, (_, i) => [4 + i, END_ID]);
    const model = new HistoryModel();
    const found = await search(model, sources, { maxLength: 60, beams: 3, nBest: 3 });
    expect(model.steps.length).toBeLessThan(40);
    expect(new Set(model.steps).size).toBeGreaterThan(3);
    for (const [i, source] of sources.entries()) {
      expectTargets(source, found[i]!, beamTargets(source, 3, { size: 7, maxLength: 60 }), { maxLength: 60 });
    }
  });

  test("batchSize counts rows: sources times beams, and one source at least", async () => {
    const sources = Array.from({ length: 5 }, (_, i) => [4 + i, END_ID]);
    for (const [batchSize, expected] of [
      [6, [2, 2, 1]],
      [2, [1, 1, 1, 1, 1]],
    ] as const) {
      const model = new HistoryModel();
      await search(model, sources, { maxLength: 3, beams: 3, batchSize });
      expect(model.batches.map((batch) => batch.length)).toEqual(expected);
      expect(Math.max(...model.steps)).toBeLessThanOrEqual(Math.max(batchSize, 3));
    }
  });

  test("of equal continuations that of the better hypothesis, then the lower id; of equal targets that which was there first", async () => {
    const uniform = tableModel(6, () => [0, 0, 0, 0, 0, 0]);
    // All continuations of the first hypothesis, [1], come before any of the second; "1 1" is then as good as the pool's "1 </s>".
    const [found] = await search(uniform, [[END_ID]], { maxLength: 2, beams: 2, nBest: 2, lengthPenalty: 0 });
    expect(found?.map(({ ids, truncated }) => ({ ids, truncated }))).toEqual([
      { ids: [], truncated: false },
      { ids: [1], truncated: false },
    ]);
    // A penalty that favours length: what is cut off beats the end after no token, but not that after one, which is as long. "5 </s>" is not
    // among the eight best continuations of the second step: those of the hypotheses [1] and [4] come before it.
    const [long] = await search(uniform, [[END_ID]], { maxLength: 2, beams: 4, nBest: 4, lengthPenalty: 10 });
    expect(long?.map(({ ids }) => ids)).toEqual([[1], [4], [1, 1], [1, 4]]);
  });

  test("one beam takes the most probable token at each step, where two may find a better target", async () => {
    // The most probable first token leads to a flat distribution; the second most probable one ends for certain.
    const model = tableModel(6, ([, first]) => {
      if (first === undefined) return [-Infinity, -Infinity, -Infinity, -Infinity, 1, 0.9];
      return first === 4 ? [0, 0, 0, 0, 0, 0] : [-Infinity, -Infinity, -Infinity, 0, -Infinity, -Infinity];
    });
    const [greedy] = await search(model, [[END_ID]], { maxLength: 3, beams: 1 });
    const [beam] = await search(model, [[END_ID]], { maxLength: 3, beams: 2 });
    expect(greedy?.[0]?.ids[0]).toBe(4);
    expect(beam?.[0]).toMatchObject({ ids: [5], truncated: false });
    expect(beam![0]!.score).toBeGreaterThan(greedy![0]!.score);
  });

  test("what has probability 0 is never returned, so that there may be fewer than nBest", async () => {
    const model = tableModel(6, (fed) =>
      fed.length < 3 ? [0, 0, 0, -Infinity, 0, -Infinity] : [9, -Infinity, 9, 0, -Infinity, -Infinity],
    );
    const [found] = await search(model, [[END_ID]], { maxLength: 3, beams: 8, nBest: 8 });
    expect(found?.map(({ ids }) => ids.join(" ")).toSorted()).toEqual(["1 1", "1 4", "4 1", "4 4"]);
    expect(found?.every(({ score, truncated }) => Number.isFinite(score) && !truncated)).toBe(true);
  });

  test.each([1, 3])("%d beams: a dead end is an error, not an empty answer", async (beams) => {
    const dead = tableModel(6, () => [0, -Infinity, 0, -Infinity, -Infinity, -Infinity]);
    await expect(search(dead, [[END_ID]], { maxLength: 3, beams })).rejects.toThrow(UserError);
    await expect(search(dead, [[END_ID]], { maxLength: 3, beams, prefix: [4] })).rejects.toThrow(/probability 0 to every token/);
  });
});

/** By definition: what the decoder looked at when it gave each token. */
function attentionRows(source: readonly number[], ids: readonly number[], truncated: boolean): Float32Array[] {
  const steps = truncated ? ids.length : ids.length + 1;
  return Array.from({ length: steps }, (_, t) => Float32Array.from(attentionOf(source, [START_ID, ...ids.slice(0, t)])));
}

describe("coverage and attention", () => {
  test("attention comes where it is asked for: a row a token, over the own source's positions", async () => {
    const sources = [[4, END_ID], [4, 5, 6, END_ID], [END_ID]];
    for (const given of [{ beams: 3, nBest: 3 }, { beams: 1 }, { temperature: 1, nBest: 3 }]) {
      const found = await search(new HistoryModel({ attends: true }), sources, { maxLength: 6, attention: true, ...given });
      for (const [i, source] of sources.entries()) {
        for (const { ids, truncated, attention } of found[i]!) expect(attention).toEqual(attentionRows(source, ids, truncated));
      }
      const without = await search(new HistoryModel({ attends: true }), sources, { maxLength: 6, ...given });
      expect(found).toEqual(without.map((all, i) => all.map((each, n) => Object.assign(each, { attention: found[i]![n]!.attention }))));
    }
  });

  test("attention that was rounded to 0 costs much, but not everything", async () => {
    const model = tableModel(
      6,
      () => [0, 0, 0, 0, 0, 0],
      () => [1, 0],
    );
    const [[found] = []] = await search(model, [[4, END_ID]], { maxLength: 1, coveragePenalty: 1 });
    expect(found?.penalizedScore).toBeCloseTo(-Math.log(6) - 126 * Math.LN2, 9);
  });

  test("a model that does not attend cannot give them", async () => {
    const model = new HistoryModel();
    await expect(search(model, [[END_ID]], { maxLength: 1, attention: true })).rejects.toThrow(
      new UserError("attention needs a model that attends to its source, and this one does not; leave it out"),
    );
    await expect(search(model, [[END_ID]], { maxLength: 1, coveragePenalty: 0.1 })).rejects.toThrow(/^coveragePenalty needs/);
    expect(await search(model, [[END_ID]], { maxLength: 1, attention: false, coveragePenalty: 0 })).toHaveLength(1);
  });
});
