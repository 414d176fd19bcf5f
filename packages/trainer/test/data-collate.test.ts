import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collate } from "../src/data/collate.ts";
import { PairStore, longestLengths, selectPairs } from "../src/data/pairs.ts";
import { shardBatch } from "../src/data/shard.ts";

const ids = fc.array(fc.integer({ min: 4, max: 99 }), { maxLength: 9 });

function store(pairs: readonly (readonly [readonly number[], readonly number[]])[]): PairStore {
  const result = new PairStore();
  for (const [source, target] of pairs) result.push(source, target);
  return result;
}

describe("collate", () => {
  it("adds the special tokens, pads on the right and rounds the lengths up", () => {
    const pairs = store([
      [[5, 6, 7], [8]],
      [[], [9, 10]],
    ]);
    expect(collate(pairs, Uint32Array.of(1, 0), 2)).toEqual({
      pairs: Uint32Array.of(1, 0),
      size: 2,
      sourceLength: 4,
      targetLength: 4,
      source: Int32Array.of(3, 0, 0, 0, 5, 6, 7, 3),
      sourceLengths: Int32Array.of(1, 4),
      targetInput: Int32Array.of(2, 9, 10, 0, 2, 8, 0, 0),
      targetOutput: Int32Array.of(9, 10, 3, 0, 8, 3, 0, 0),
      targetTokens: 5,
    });
  });

  it("gives lengths that hold the longest pair and are below it plus the bucket", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(ids, ids), { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 7 }), (list, bucket) => {
        const pairs = store(list);
        const batch = collate(
          pairs,
          Uint32Array.from(list, (_, i) => i),
          bucket,
        );
        const longest = longestLengths(pairs);
        for (const [padded, length] of [
          [batch.sourceLength, longest.source],
          [batch.targetLength, longest.target],
        ] as const) {
          expect(padded % bucket).toBe(0);
          expect(padded - length).toBeGreaterThanOrEqual(0);
          expect(padded - length).toBeLessThan(bucket);
        }
        expect(batch.targetTokens).toBe(batch.targetOutput.filter((id) => id !== 0).length);
      }),
    );
  });
});

describe("selectPairs", () => {
  it("gives the chosen pairs in the order of the indices", () => {
    const chosen = selectPairs(
      store([
        [[4], [5]],
        [[6, 7], []],
        [[8], [9]],
      ]),
      Uint32Array.of(2, 1),
    );
    expect(chosen.count).toBe(2);
    expect([chosen.source(0), chosen.target(0)]).toEqual([Int32Array.of(8), Int32Array.of(9)]);
    expect([chosen.sourceLength(1), chosen.targetLength(1)]).toEqual([2, 0]);
  });
});

describe("shardBatch", () => {
  it("cuts rows into nearly equal parts that make up the batch again", () => {
    const list = fc.array(fc.tuple(ids, ids), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(list, fc.integer({ min: 1, max: 8 }), (pairs, shards) => {
        const batch = collate(
          store(pairs),
          Uint32Array.from(pairs, (_, i) => i),
          4,
        );
        const parts = shardBatch(batch, shards);
        expect(parts.length).toBe(Math.min(shards, batch.size));
        const sizes = parts.map((part) => part.size);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        for (const key of ["source", "sourceLengths", "targetInput", "targetOutput"] as const) {
          expect(parts.flatMap((part) => [...part[key]])).toEqual([...batch[key]]);
        }
        expect(parts.reduce((sum, part) => sum + part.targetTokens, 0)).toBe(batch.targetTokens);
        for (const part of parts) {
          expect([part.sourceLength, part.targetLength]).toEqual([batch.sourceLength, batch.targetLength]);
          expect(part.source.buffer.byteLength).toBe(4 * part.size * part.sourceLength);
        }
      }),
    );
  });
});
