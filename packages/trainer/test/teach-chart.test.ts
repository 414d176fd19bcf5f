import * as fc from "fast-check";
import { expect, test } from "vitest";
import { shortNumber } from "../src/teach/chart.ts";

test.each([
  [208.05, "208"],
  [0.1, "0.1"],
  [2.345, "2.35"],
  [0.0123, "0.012"],
  [12_345, "12300"],
  [3.2e10, "3e+10"],
  [0.00012, "1e-4"],
])("%d is short as %s", (value, text) => expect(shortNumber(value)).toBe(text));

test("is never longer than its place, and near to the number", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1e99, noNaN: true }), (value) => {
      const text = shortNumber(value);
      expect(text.length).toBeLessThanOrEqual(5);
      expect(Math.abs(Number(text) / value - 1)).toBeLessThan(0.5);
    }),
  );
});
