import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchCount, evaluationBatches, trainingBatches } from "../src/data/batches.ts";
import type { ExampleBatch, Examples } from "../src/data/examples.ts";
import { PairStore } from "../src/data/pairs.ts";
import type { Pairs } from "../src/data/pairs.ts";
import type { BatchTensor } from "../src/executor.ts";
import { hash32, uniform } from "../src/data/random.ts";

/** Pairs whose target length follows the source's, as in translation; the ids tell the pair. */
function makePairs(count: number): Pairs {
  const pairs = new PairStore();
  for (let i = 0; i < count; i++) {
    const length = 3 + Math.floor(25 * uniform(1, "length", 0, i));
    const targetLength = Math.max(0, length + (hash32(1, "target", 0, i) % 7) - 3);
    pairs.push(Array(length).fill(4 + (i % 1000)), Array(targetLength).fill(5 + (i % 1000)));
  }
  return pairs;
}
const targetLength = (batch: ExampleBatch): number => batch.tensors["target_output"]!.shape[1]!;
const rows = (batches: Iterable<ExampleBatch>): number[] => Array.from(batches, (batch) => Array.from(batch.examples)).flat();
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const ascending = (values: number[]): number[] => values.sort((a, b) => a - b);

const cases = fc.record({
  count: fc.integer({ min: 1, max: 400 }),
  batchSize: fc.integer({ min: 1, max: 9 }),
  bucket: fc.integer({ min: 1, max: 5 }),
  seed: fc.nat(),
  epoch: fc.nat(),
});

describe("trainingBatches", () => {
  it("brings each pair exactly once an epoch, in full batches but one", () => {
    fc.assert(
      fc.property(cases, ({ count, epoch, ...options }) => {
        const batches = [...trainingBatches(makePairs(count), options, epoch)];
        expect(ascending(rows(batches))).toEqual(upTo(count));
        expect(batches.length).toBe(batchCount(count, options.batchSize));
        expect(batches.filter((batch) => batch.size !== options.batchSize).map((batch) => batch.size)).toEqual(
          count % options.batchSize === 0 ? [] : [count % options.batchSize],
        );
      }),
      { numRuns: 50 },
    );
  });

  it("gives the same batches whichever it starts at", () => {
    fc.assert(
      fc.property(cases, fc.nat(), ({ count, epoch, ...options }, at) => {
        const pairs = makePairs(count);
        const whole = [...trainingBatches(pairs, options, epoch)];
        const start = at % (whole.length + 1);
        expect([...trainingBatches(pairs, options, epoch, start)]).toEqual(whole.slice(start));
      }),
      { numRuns: 50 },
    );
  });

  it("reads no more than a window of lengths to start late", () => {
    const pairs = makePairs(64 * 64 * 3);
    let read = 0;
    const counted: Examples = {
      count: pairs.count,
      lengths: (pair) => ((read += 1), pairs.lengths(pair)),
      units: (pair) => pairs.units(pair),
      collate: (indices, bucket) => pairs.collate(indices, bucket),
    };
    trainingBatches(counted, { batchSize: 64, bucket: 4, seed: 1 }, 1, 190).next();
    expect(read).toBeLessThanOrEqual(2 * 64 * 64);
  });

  it("differs between epochs and seeds, in batches and their order", () => {
    const pairs = makePairs(1000);
    const options = { batchSize: 16, bucket: 4, seed: 1 };
    const first = rows(trainingBatches(pairs, options, 1));
    expect(rows(trainingBatches(pairs, options, 1))).toEqual(first);
    expect(rows(trainingBatches(pairs, options, 2))).not.toEqual(first);
    expect(rows(trainingBatches(pairs, { ...options, seed: 2 }, 1))).not.toEqual(first);
    const lengths = [...trainingBatches(pairs, options, 1)].map(targetLength);
    expect(lengths).not.toEqual(ascending([...lengths]));
  });

  it("wastes little on padding and makes few shapes", () => {
    const pairs = makePairs(20_000);
    const shapes = new Set<string>();
    let real = 0;
    let padded = 0;
    for (const batch of trainingBatches(pairs, { batchSize: 64, bucket: 4, seed: 1 }, 1)) {
      const { source, source_lengths: lengths, target_output: target } = batch.tensors as Record<string, BatchTensor>;
      shapes.add(`${source!.shape[1]} x ${target!.shape[1]}`);
      real += Array.from(lengths!.data).reduce((sum, length) => sum + length, 0) + batch.units;
      padded += source!.data.length + target!.data.length;
    }
    const waste = 1 - real / padded;
    // Rounding up to multiples of 4 alone adds 1.5 entries to about 16; batches of unsorted pairs waste about 40%.
    expect(waste).toBeLessThan(0.12);
    expect(shapes.size).toBeLessThan(40);
  });
});

it("takes all lengths together where it is asked to, and still each pair exactly once", () => {
  const pairs = makePairs(640);
  const options = { batchSize: 16, bucket: 1, seed: 5, mixLengths: true };
  const batches = [...trainingBatches(pairs, options, 1)];
  expect(ascending(rows(batches))).toEqual(upTo(640));
  const longest = batches.map(targetLength);
  // Of sixteen random pairs one is nearly always long.
  expect(Math.min(...longest)).toBeGreaterThan(20);
  const sorted = [...trainingBatches(pairs, { ...options, mixLengths: false }, 1)].map(targetLength);
  expect(Math.min(...sorted)).toBeLessThan(12);
});

describe("evaluationBatches", () => {
  it("brings each pair exactly once, from short to long, alike every time", () => {
    fc.assert(
      fc.property(cases, ({ count, batchSize, bucket }) => {
        const pairs = makePairs(count);
        const batches = [...evaluationBatches(pairs, { batchSize, bucket })];
        expect(ascending(rows(batches))).toEqual(upTo(count));
        const lengths = batches.map(targetLength);
        expect(lengths).toEqual(ascending([...lengths]));
        expect(batches).toEqual([...evaluationBatches(pairs, { batchSize, bucket })]);
      }),
      { numRuns: 30 },
    );
  });

  it("gives no batch for no pair", () => {
    expect([...evaluationBatches(new PairStore(), { batchSize: 4, bucket: 4 })]).toEqual([]);
  });
});
