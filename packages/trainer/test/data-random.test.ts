import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hash32, keyedPermutation, uniform } from "../src/data/random.ts";

const word = fc.integer({ min: 0, max: 0xffffffff });
const permute = (size: number, seed: number, epoch: number): number[] => {
  const at = keyedPermutation(size, seed, "shuffle", epoch);
  return Array.from({ length: size }, (_, i) => at(i));
};

describe("hash32 and uniform", () => {
  it("depend on each argument and on nothing else", () => {
    expect(hash32(1, "a", 2, 3)).toBe(hash32(1, "a", 2, 3));
    const others = [hash32(1, "a", 2, 3), hash32(2, "a", 2, 3), hash32(1, "b", 2, 3), hash32(1, "a", 3, 3), hash32(1, "a", 2, 4)];
    expect(new Set(others).size).toBe(others.length);
  });

  it("uniform lies in [0, 1) and has the mean and variance of the uniform distribution", () => {
    const n = 20_000;
    const draws = Array.from({ length: n }, (_, i) => uniform(7, "test", 0, i));
    expect(draws.every((x) => x >= 0 && x < 1)).toBe(true);
    const mean = draws.reduce((s, x) => s + x, 0) / n;
    const variance = draws.reduce((s, x) => s + (x - mean) ** 2, 0) / n;
    // Five standard errors: sqrt(1/12/n) and sqrt(1/180/n).
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / n));
  });
});

describe("keyedPermutation", () => {
  it("is a bijection for any size, seed and epoch", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3000 }), word, word, (size, seed, epoch) => {
        const values = permute(size, seed, epoch).sort((a, b) => a - b);
        expect(values.every((value, i) => value === i)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("stays inside a domain beyond 2^32 and does not collide there", () => {
    const size = 2 ** 45 + 12345;
    const at = keyedPermutation(size, 1, "shuffle", 1);
    const values = Array.from({ length: 5000 }, (_, i) => at(size - 1 - i));
    expect(new Set(values).size).toBe(values.length);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(size);
    expect(Math.max(...values)).toBeGreaterThan(size * 0.99);
  });

  it("differs between epochs, seeds and purposes, and repeats for equal ones", () => {
    const base = permute(500, 1, 1);
    expect(permute(500, 1, 1)).toEqual(base);
    expect(permute(500, 1, 2)).not.toEqual(base);
    expect(permute(500, 2, 1)).not.toEqual(base);
    const other = keyedPermutation(500, 1, "order", 1);
    expect(base.map((_, i) => other(i))).not.toEqual(base);
  });

  it.each([5, 12, 64])("sends each of %i positions everywhere equally often over epochs", (size) => {
    const epochs = 3000;
    const counts = new Float64Array(size * size);
    for (let epoch = 0; epoch < epochs; epoch++) for (const [i, x] of permute(size, 3, epoch).entries()) counts[i * size + x]! += 1;
    const expected = epochs / size;
    const chiSquare = counts.reduce((sum, c) => sum + (c - expected) ** 2 / expected, 0);
    const freedom = (size - 1) ** 2;
    expect(Math.abs(chiSquare - freedom)).toBeLessThan(5 * Math.sqrt(2 * freedom));
  });

  it("leaves neighbours uncorrelated", () => {
    const values = permute(4096, 9, 4);
    const mean = 4095 / 2;
    const covariance = values.slice(1).reduce((sum, x, i) => sum + (x - mean) * (values[i]! - mean), 0) / 4095;
    expect(Math.abs(covariance / (4096 ** 2 / 12))).toBeLessThan(5 / Math.sqrt(4096));
  });
});
