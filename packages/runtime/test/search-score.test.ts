import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../src/errors.ts";
import { scoreTargets } from "../src/search/score.ts";
import { END_ID } from "../src/vocabulary.ts";
import { HistoryModel } from "./history-model.ts";
import { nextLogProbabilities } from "./search-reference.ts";
import { anySource, tableModel } from "./search-support.ts";

describe("scoreTargets", () => {
  test("gives each token's log-probability after those before it, and the sum, however it is batched", async () => {
    const anyPair = fc.tuple(anySource, fc.array(fc.constantFrom(1, 4, 5, 6), { maxLength: 9 }));
    await fc.assert(
      fc.asyncProperty(fc.array(anyPair, { maxLength: 10 }), fc.integer({ min: 1, max: 6 }), async (pairs, batchSize) => {
        const model = new HistoryModel();
        const scores = await scoreTargets(
          model,
          pairs.map(([source]) => source),
          pairs.map(([, target]) => target),
          { batchSize },
        );
        expect(scores).toHaveLength(pairs.length);
        for (const [i, [source, target]] of pairs.entries()) {
          const expected = [...target, END_ID].map((id, t) => nextLogProbabilities(source, target.slice(0, t), 7)[id]!);
          expect(scores[i]!.logProbabilities).toHaveLength(expected.length);
          for (const [t, value] of expected.entries()) expect(scores[i]!.logProbabilities[t]).toBeCloseTo(value, 9);
          expect(scores[i]!.score).toBeCloseTo(
            expected.reduce((sum, value) => sum + value),
            9,
          );
        }
        // A pair takes as many rows in all as its target has tokens, its end counted.
        expect(model.steps.reduce((sum, rows) => sum + rows, 0)).toBe(pairs.reduce((sum, [, target]) => sum + target.length + 1, 0));
      }),
    );
  });

  test("what cannot follow has a log-probability of minus infinity", async () => {
    const model = tableModel(6, () => [-Infinity, 0, -Infinity, 0, -Infinity, -Infinity]);
    expect(await scoreTargets(model, [[END_ID]], [[1, 4]])).toEqual([
      { score: -Infinity, logProbabilities: [-Math.LN2, -Infinity, -Math.LN2] },
    ]);
  });

  test("refuses targets that are not one for each source, or that nothing can generate", async () => {
    const score = (targets: number[][]) => scoreTargets(new HistoryModel(), [[END_ID], [4, END_ID]], targets);
    await expect(score([[4]])).rejects.toThrow(new UserError("there are 2 sources but 1 targets; give one target for each source"));
    for (const id of [0, 2, END_ID, 7, -1, 1.5, NaN]) {
      await expect(score([[4], [4, id]])).rejects.toThrow(
        new UserError(`target 2 holds ${id}, which is not the id of a token that can be generated; the vocabulary has 7 entries`),
      );
    }
    await expect(scoreTargets(new HistoryModel(), [], [], { batchSize: 0 })).rejects.toThrow(/^batchSize must be/);
    expect(await scoreTargets(new HistoryModel(), [], [])).toEqual([]);
  });

  test("refuses outputs that are no numbers", async () => {
    const broken = tableModel(6, () => [NaN, 0, 0, 0, 0, 0]);
    await expect(scoreTargets(broken, [[END_ID]], [[]])).rejects.toThrow(/not finite numbers/);
  });
});
