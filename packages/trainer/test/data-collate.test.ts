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
      size: 2,
      tensors: {
        source: { type: "int32", shape: [2, 4], data: Int32Array.of(3, 0, 0, 0, 5, 6, 7, 3) },
        source_lengths: { type: "int32", shape: [2], data: Int32Array.of(1, 4) },
        target_input: { type: "int32", shape: [2, 4], data: Int32Array.of(2, 9, 10, 0, 2, 8, 0, 0) },
        target_output: { type: "int32", shape: [2, 4], data: Int32Array.of(9, 10, 3, 0, 8, 3, 0, 0) },
      },
      units: 5,
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
          [batch.tensors["source"]!.shape[1]!, longest.source],
          [batch.tensors["target_output"]!.shape[1]!, longest.target],
        ] as const) {
          expect(padded % bucket).toBe(0);
          expect(padded - length).toBeGreaterThanOrEqual(0);
          expect(padded - length).toBeLessThan(bucket);
        }
        expect(batch.units).toBe(Array.from(batch.tensors["target_output"]!.data).filter((id) => id !== 0).length);
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
        for (const [name, { type, shape, data }] of Object.entries(batch.tensors)) {
          const cut = parts.map((part) => part.tensors[name]!);
          expect(cut.flatMap((part) => [...part.data])).toEqual([...data]);
          for (const [i, part] of cut.entries()) {
            expect([part.type, ...part.shape]).toEqual([type, parts[i]!.size, ...shape.slice(1)]);
            expect(part.data.buffer.byteLength).toBe(4 * part.data.length);
          }
        }
      }),
    );
  });
});
