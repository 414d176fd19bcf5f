import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { curriculum } from "../src/data/curriculum.ts";
import { loadDataset } from "../src/data/dataset.ts";
import { PairStore } from "../src/data/pairs.ts";
import type { Examples } from "../src/data/examples.ts";
import { resolveConfig } from "../src/load-config.ts";
import { temporaryFolder } from "./support/toy-run.ts";

/** A thousand pairs of each difficulty; the source's length tells it. */
function pairsOf(difficulties: readonly number[]): PairStore {
  const pairs = new PairStore();
  for (let i = 0; i < 1000; i++) for (const difficulty of difficulties) pairs.push(Array(difficulty).fill(4), [5], difficulty);
  return pairs;
}
/** How many examples of each difficulty there are. */
function countsOf(examples: Examples, difficulties: readonly number[]): number[] {
  const all = Array.from({ length: examples.count }, (_, i) => examples.lengths(i)[1] - 1);
  return difficulties.map((difficulty) => all.filter((each) => each === difficulty).length);
}

describe("curriculum", () => {
  it("begins with the easiest, some of the others among them, and ends with all", () => {
    const pairs = pairsOf([1, 2, 3]);
    const [easy, middle, hard] = countsOf(curriculum(pairs, 7, 1), [1, 2, 3]) as [number, number, number];
    expect(easy).toBe(1000);
    for (const mixed of [middle, hard]) expect(Math.abs(mixed - 200)).toBeLessThan(60);
    expect(countsOf(curriculum(pairs, 7, 2), [1, 2, 3]).slice(0, 2)).toEqual([1000, 1000]);
    for (const epoch of [3, 4, 99]) expect(countsOf(curriculum(pairs, 7, epoch), [1, 2, 3])).toEqual([1000, 1000, 1000]);
  });

  it("is a function of seed and epoch alone", () => {
    const chosen = (seed: number, epoch: number): number[] => {
      const examples = curriculum(pairsOf([1, 2]), seed, epoch);
      return Array.from({ length: examples.count }, (_, i) => examples.lengths(i)[1]);
    };
    expect(chosen(7, 1)).toEqual(chosen(7, 1));
    expect(chosen(7, 1)).not.toEqual(chosen(8, 1));
  });

  it("takes many difficulties in eight levels", () => {
    const difficulties = Array.from({ length: 40 }, (_, i) => i + 1);
    const pairs = pairsOf(difficulties);
    expect(countsOf(curriculum(pairs, 1, 1), [5])).toEqual([1000]);
    expect(countsOf(curriculum(pairs, 1, 1), [6])[0]).toBeLessThan(300);
    expect(curriculum(pairs, 1, 8).count).toBe(pairs.count);
  });
});

const temporary = temporaryFolder();
afterAll(() => temporary.remove());

it("reads the difficulty from its column, and says which line has none", async () => {
  const file = join(temporary.path, "pairs.tsv");
  const load = (lines: string) => {
    writeFileSync(file, lines);
    return loadDataset(resolveConfig({ data: { train: file, validFraction: 0 }, training: { curriculum: 3 } }, "test"));
  };
  const { train } = await load("a\tb\t2\nc\td\t0.5\n");
  expect([train.difficulty?.(0), train.difficulty?.(1)]).toEqual([2, 0.5]);
  await expect(load("a\tb\t2\nc\td\thard\n")).rejects.toThrow(/pairs\.tsv:2: column 3 must be a number, the pair's difficulty/);
  await expect(load("a\tb\n")).rejects.toThrow(/pairs\.tsv:1: column 3 must be a number/);
});
