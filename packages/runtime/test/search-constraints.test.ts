import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scoreTargets } from "../src/search/score.ts";
import { search } from "../src/search/search.ts";
import { END_ID } from "../src/vocabulary.ts";
import { HistoryModel } from "./history-model.ts";
import { anyOptions, anySources, tableModel } from "./search-support.ts";

const grams = (ids: readonly number[], n: number): string[] =>
  Array.from({ length: Math.max(0, ids.length - n + 1) }, (_, i) => ids.slice(i, i + n).join());

describe("whatever the search", () => {
  test("targets begin with the prefix, are long enough, repeat nothing, and have the score that the model gives them", async () => {
    await fc.assert(
      fc.asyncProperty(anySources, anyOptions, async (sources, options) => {
        const { maxLength, minLength = 0, noRepeatNgram: n = 0, prefix = [], nBest = 1, batchSize } = options;
        const found = await search(new HistoryModel({ attends: true }), sources, options);
        for (const [i, source] of sources.entries()) {
          expect(found[i]!.length).toBeGreaterThan(0);
          expect(found[i]!.length).toBeLessThanOrEqual(nBest);
          const ranks = found[i]!.map(({ penalizedScore }) => penalizedScore);
          expect(ranks).toEqual(ranks.toSorted((a, b) => b - a));
          for (const { ids, score, truncated } of found[i]!) {
            expect(ids.slice(0, prefix.length)).toEqual(prefix);
            expect(ids.length).toBeLessThanOrEqual(truncated ? maxLength : maxLength - 1);
            if (truncated) expect(ids).toHaveLength(maxLength);
            // The vocabulary has more 2-grams than targets here have tokens, so nothing ends for want of a token.
            if (n === 0 || n > 1) expect(ids.length).toBeGreaterThanOrEqual(minLength);
            if (n > 0 && prefix.length === 0) expect(new Set(grams(ids, n)).size).toBe(grams(ids, n).length);
            const [given] = await scoreTargets(new HistoryModel(), [source], [ids], { batchSize });
            const total = truncated ? given!.score - given!.logProbabilities.at(-1)! : given!.score;
            expect(score).toBeCloseTo(total, 9);
          }
        }
      }),
    );
  });

  test("what a source gets does not depend on the others, nor on the size of the batches", async () => {
    await fc.assert(
      fc.asyncProperty(anySources, anyOptions, async (sources, options) => {
        const model = new HistoryModel({ attends: true });
        const together = await search(model, sources, options);
        for (const [i, source] of sources.entries()) {
          expect(together[i]).toEqual((await search(model, [source], { ...options, batchSize: 1 }))[0]);
        }
      }),
    );
  });
});

test("a prefix of each source's own is as one for all where the source is alone", async () => {
  const prefixOf = (source: readonly number[]): number[] => source.slice(0, 3).map((id) => (id === END_ID ? 4 : Math.min(id, 6)));
  await fc.assert(
    fc.asyncProperty(anySources, anyOptions, async (sources, options) => {
      const model = new HistoryModel({ attends: true });
      const together = await search(model, sources, { ...options, prefixes: sources.map(prefixOf) });
      for (const [i, source] of sources.entries()) {
        expect(together[i]).toEqual((await search(model, [source], { ...options, prefix: prefixOf(source) }))[0]);
      }
    }),
  );
  await expect(search(new HistoryModel(), [[END_ID]], { maxLength: 2, prefixes: [[4, 4, 4]] })).rejects.toThrow(/^the prefix has 3 tokens/);
});

describe.each([
  ["greedy", {}],
  ["beams", { beams: 3 }],
  ["sampling", { temperature: 1.5 }],
])("%s", (_, kind) => {
  test("constraints that leave no token let the target end, before minLength too", async () => {
    const [[found] = []] = await search(
      tableModel(6, () => [0, 0, 0, -9, 0, 0]),
      [[END_ID]],
      { maxLength: 10, minLength: 9, noRepeatNgram: 1, ...kind },
    );
    expect(found?.ids.toSorted()).toEqual([1, 4, 5]);
    expect(found?.truncated).toBe(false);
  });

  test("tokens with probability 0 count as none that is left", async () => {
    const model = tableModel(6, () => [0, -Infinity, 0, 0, 1, -Infinity]);
    const [[found] = []] = await search(model, [[END_ID]], { maxLength: 10, minLength: 9, noRepeatNgram: 2, ...kind });
    expect(found).toMatchObject({ ids: [4, 4], truncated: false });
  });

  test("a prefix may repeat itself, and counts for what may follow", async () => {
    const model = tableModel(6, () => [0, 1, 0, -3, 9, 2]);
    const options = { maxLength: 6, minLength: 5, noRepeatNgram: 2, prefix: [4, 4, 4, 5, 4], ...kind };
    const [[found] = []] = await search(model, [[END_ID]], options);
    expect(found?.ids).toEqual([4, 4, 4, 5, 4, 1]);
  });

  test("a prefix of maxLength tokens is the whole target", async () => {
    const options = { maxLength: 3, minLength: 3, prefix: [4, 5, 4], ...kind };
    const [found] = await search(new HistoryModel(), [[5, END_ID]], options);
    expect(found).toHaveLength(1);
    expect(found?.[0]).toMatchObject({ ids: [4, 5, 4], truncated: true });
  });

  test("minLength equal to maxLength leaves targets that are cut off there", async () => {
    const [[found] = []] = await search(new HistoryModel(), [[5, END_ID]], { maxLength: 7, minLength: 7, ...kind });
    expect(found?.ids).toHaveLength(7);
    expect(found?.truncated).toBe(true);
  });
});
