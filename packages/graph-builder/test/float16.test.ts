import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float16Bits } from "../src/onnx/float16.ts";

/** The number of half-precision bits, from the definition (IEEE 754-2019, 3.4): sign, five bits of exponent, ten of fraction. */
function valueOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

const FINITE = 0x7c00;

describe("float16 rounding", () => {
  it("keeps every half-precision number", () => {
    for (let bits = 0; bits < FINITE; bits++) {
      expect(float16Bits(valueOf(bits))).toBe(bits);
      expect(float16Bits(valueOf(bits | 0x8000))).toBe(bits | 0x8000);
    }
  });

  it("rounds to the nearest between any two neighbours, ties to even", () => {
    for (let bits = 0; bits < FINITE; bits++) {
      // The neighbour of the largest number is where the next one would be: from half way there it is infinity.
      const [low, high] = [valueOf(bits), bits + 1 === FINITE ? 65536 : valueOf(bits + 1)];
      const middle = (low + high) / 2;
      const gap = (high - low) / 4096;
      expect(float16Bits(middle)).toBe(bits % 2 === 0 ? bits : bits + 1);
      expect(float16Bits(middle - gap)).toBe(bits);
      expect(float16Bits(middle + gap)).toBe(bits + 1);
      expect(float16Bits(-middle - gap)).toBe((bits + 1) | 0x8000);
    }
  });

  it("knows infinities, zeros and what is no number", () => {
    expect([Infinity, -Infinity, 1e6, -1e6, 0, -0, 1e-9, -1e-9].map(float16Bits)).toEqual([
      0x7c00, 0xfc00, 0x7c00, 0xfc00, 0, 0x8000, 0, 0x8000,
    ]);
    expect(valueOf(float16Bits(Number.NaN))).toBeNaN();
  });

  it("is never farther off than half a step", () => {
    fc.assert(
      fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (number) => {
        const step = Math.max(2 ** -24, 2 ** (Math.floor(Math.log2(Math.abs(number) || 1)) - 10));
        expect(Math.abs(valueOf(float16Bits(number)) - number)).toBeLessThanOrEqual(step / 2);
      }),
    );
  });
});
