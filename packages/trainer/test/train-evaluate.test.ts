import { expect, test } from "vitest";
import { PairStore } from "../src/data/pairs.ts";
import { evaluationBatches } from "../src/data/batches.ts";
import { exactMatch, teacherForcing } from "../src/evaluate.ts";
import type { Batch } from "../src/executor.ts";
import { tokenFigures } from "../src/tasks/token-figures.ts";

function pairsOf(...pairs: readonly (readonly [number[], number[]])[]): PairStore {
  const store = new PairStore();
  for (const [source, target] of pairs) store.push(source, target);
  return store;
}
const copy = async (sources: readonly Int32Array[]): Promise<Int32Array[]> => [...sources];

test("figures are means over real target tokens, not over batches", async () => {
  // Targets of 1, 2 and 6 tokens with </s>: 2, 3 and 7.
  const pairs = pairsOf(
    [[4], [4]],
    [
      [5, 5],
      [5, 6],
    ],
    [[6], [4, 5, 6, 4, 5, 6]],
  );
  const sizes: number[] = [];
  const evaluateBatch = async (batch: Batch) => {
    sizes.push(batch.units);
    return { loss_sum: batch.units === 7 ? 7 * 2 : batch.units * 0.5, units: batch.units, correct: 1 };
  };
  const figures = tokenFigures(await teacherForcing(evaluateBatch, evaluationBatches(pairs, { batchSize: 2, bucket: 4 })));
  expect(sizes).toEqual([5, 7]);
  const loss = (5 * 0.5 + 7 * 2) / 12;
  expect(figures).toEqual({ loss, perplexity: Math.exp(loss), tokenAccuracy: 2 / 12 });
});

test("an exact match is the whole target; unknown tokens never match", async () => {
  const pairs = pairsOf(
    [
      [4, 5],
      [4, 5],
    ],
    [[4, 5], [4]],
    [[4], [4, 5]],
    [[1], [1]],
    [[], []],
  );
  expect(await exactMatch(pairs, 5, copy)).toBe(2 / 5);
});

test("a limit takes pairs spread over all of them", async () => {
  const pairs = pairsOf(...Array.from({ length: 10 }, (_, i): [number[], number[]] => [[i + 4], [4]]));
  const seen: number[] = [];
  await exactMatch(pairs, 4, async (sources) => {
    seen.push(...sources.map(([id]) => id as number));
    return sources.map(() => []);
  });
  expect(seen).toEqual([4, 6, 9, 11]);
});

test("too few answers and an abort are told", async () => {
  const evaluateBatch = async () => ({ loss_sum: 1, units: 1, correct: 1 });
  const pairs = pairsOf([[4], [4]], [[4], [4]]);
  await expect(exactMatch(pairs, 2, async () => [[4]])).rejects.toThrow("1 answers for 2 sources");
  const batches = [{}, {}].values() as unknown as Iterator<Batch>;
  await expect(teacherForcing(evaluateBatch, batches, AbortSignal.abort())).rejects.toThrow(/abort/);
});
