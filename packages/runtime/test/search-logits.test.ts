import { describe, expect, test } from "vitest";
import { UserError } from "../src/errors.ts";
import { largestAllowed, normalizer } from "../src/search/logits.ts";

describe("normalizer", () => {
  test("is stable for huge logits and takes the lowest id of equals", () => {
    const logits = Float32Array.of(0, 0, 0, 0, 0, 3e38, 3e38, 1, -3e38, 0, 0, 3e38, 2, 0);
    expect(normalizer(logits, 0, 7)).toEqual({ max: Math.fround(3e38), argMax: 5, logSum: Math.LN2 });
    expect(normalizer(logits, 7, 7)).toEqual({ max: Math.fround(3e38), argMax: 4, logSum: 0 });
  });

  test("takes minus infinity for a probability of 0", () => {
    expect(normalizer(Float32Array.of(-Infinity, 2, -Infinity, 2), 0, 4)).toEqual({ max: 2, argMax: 1, logSum: Math.LN2 });
  });

  const broken: [string, number[]][] = [
    ["only NaN", [NaN, NaN, NaN, NaN, NaN]],
    ["a NaN", [0, 1, NaN, 3, 4]],
    ["an infinity", [0, 1, 2, 3, Infinity]],
    ["an infinity that may not be generated", [Infinity, 1, 2, 3, 4]],
    ["nothing but minus infinity", [-Infinity, -Infinity, -Infinity, -Infinity, -Infinity]],
  ];
  test.each(broken)("refuses %s", (_, logits) => {
    expect(() => normalizer(Float32Array.from([0, ...logits]), 1, 5)).toThrow(UserError);
  });
});

test("largestAllowed passes over what is banned, takes the lowest id of equals, and gives -1 where nothing is left", () => {
  const logits = Float32Array.of(9, 9, 5, 1, 3, 3, -Infinity);
  expect(largestAllowed(logits, 2, Uint8Array.of(0, 0, 0, 0, 0))).toBe(0);
  expect(largestAllowed(logits, 2, Uint8Array.of(1, 0, 0, 0, 0))).toBe(2);
  expect(largestAllowed(logits, 2, Uint8Array.of(1, 1, 1, 1, 0))).toBe(-1);
});
