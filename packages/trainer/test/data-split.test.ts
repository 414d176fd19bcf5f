import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitPairs } from "../src/data/split.ts";

const draw = (seed: number): number[] => [...splitPairs(1000, { fraction: 0.1, how: "random", seed: seed }).valid];

describe("splitPairs", () => {
  it("holds out the last 2,000 of 10,000 pairs for 0.2 and tail", () => {
    const { train, valid } = splitPairs(10_000, { fraction: 0.2, how: "tail", seed: 1 });
    expect(Array.from(train)).toEqual(Array.from({ length: 8000 }, (_, i) => i));
    expect(Array.from(valid)).toEqual(Array.from({ length: 2000 }, (_, i) => 8000 + i));
  });

  it("puts each pair on one side, in order, with the rounded share held out", () => {
    const how = fc.constantFrom("random" as const, "tail" as const);
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 500 }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        how,
        fc.nat(),
        (count, share, kind, seed) => {
          const { train, valid } = splitPairs(count, { fraction: share, how: kind, seed: seed });
          expect([...train, ...valid].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
          expect([...train]).toEqual([...train].sort((a, b) => a - b));
          expect([...valid]).toEqual([...valid].sort((a, b) => a - b));
          expect(valid.length).toBe(Math.min(count - 1, Math.max(1, Math.round(count * share))));
        },
      ),
    );
  });

  it("draws a random split from the seed alone", () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(1)).not.toEqual([...splitPairs(1000, { fraction: 0.1, how: "tail", seed: 1 }).valid]);
  });

  it("holds nothing out for 0 and refuses to split one pair", () => {
    expect(splitPairs(1, { fraction: 0, how: "random", seed: 1 })).toEqual({ train: Uint32Array.of(0), valid: new Uint32Array(0) });
    expect(() => splitPairs(1, { fraction: 0.5, how: "tail", seed: 1 })).toThrow(RangeError);
  });

  it("keeps what has one source on one side", () => {
    const sourceOf = (example: number): string => String(example % 37);
    const { train, valid } = splitPairs(500, { fraction: 0.2, how: "source", seed: 3, sourceOf });
    const held = new Set(Array.from(valid, sourceOf));
    expect(Array.from(train, sourceOf).filter((source) => held.has(source))).toEqual([]);
    expect(train.length + valid.length).toBe(500);
    expect(valid.length).toBeGreaterThanOrEqual(100);
    expect(valid.length).toBeLessThan(100 + 14);
    expect(() => splitPairs(5, { fraction: 0.2, how: "source", seed: 3, sourceOf: () => "one" })).toThrow(RangeError);
  });
});
