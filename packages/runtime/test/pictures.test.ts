import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pictureInput, type Pixels } from "../src/images/pixels.ts";

const picture = (width: number, height: number, pixel: (x: number, y: number) => readonly [number, number, number, number]): Pixels => {
  const rows = Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_column, x) => pixel(x, y)));
  return { width, height, data: Uint8Array.from(rows.flat(2)) };
};
const grey = (rows: readonly (readonly number[])[]): Pixels =>
  picture(rows[0]!.length, rows.length, (x, y) => [rows[y]![x]!, rows[y]![x]!, rows[y]![x]!, 255]);
const sides = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }));
const pictures = sides.chain(([width, height]) =>
  fc.uint8Array({ minLength: width * height * 4, maxLength: width * height * 4 }).map((data): Pixels => ({ width, height, data })),
);

describe("pictureInput", () => {
  it("puts channels first and keeps every pixel where the size is the picture's", () => {
    const values = pictureInput(
      picture(3, 2, (x, y) => [10 * x, 100 * y, 7, 255]),
      { channels: 3, height: 2, width: 3 },
    );
    const expected = [0, 10, 20, 0, 10, 20, 0, 0, 0, 100, 100, 100, 7, 7, 7, 7, 7, 7].map((value) => value / 255);
    expect(values).toEqual(Float32Array.from(expected));
  });

  it("lays what is transparent over white, gives alpha as the fourth channel and luma as the only one", () => {
    const pixels = picture(2, 1, (x) => (x === 0 ? [255, 0, 51, 102] : [9, 99, 199, 0]));
    const rgba = pictureInput(pixels, { channels: 4, height: 1, width: 2 });
    // 102 / 255 = 0.4 of the colour and 0.6 of white.
    const expected = [1, 1, 0.6, 1, 0.4 * 0.2 + 0.6, 1, 0.4, 0];
    for (const [i, value] of expected.entries()) expect(rgba[i]).toBeCloseTo(value, 6);
    const [luma] = pictureInput(pixels, { channels: 1, height: 1, width: 2 });
    expect(luma).toBeCloseTo(0.299 * 1 + 0.587 * 0.6 + 0.114 * 0.68, 6);
  });

  it("takes means over areas where it makes smaller: blocks of equal sizes, also across pixels", () => {
    const halves = pictureInput(
      grey([
        [0, 100, 50, 50],
        [200, 100, 50, 250],
      ]),
      { channels: 1, height: 1, width: 2 },
    );
    expect(Array.from(halves, (value) => Math.round(value * 255))).toEqual([100, 100]);
    fc.assert(
      fc.property(fc.array(fc.nat(255), { minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 9 }), (row, to) => {
        fc.pre(to <= row.length);
        // Each pixel cut into as many parts as there are outputs: an output is then the mean of whole parts.
        const parts = row.flatMap((value) => Array.from({ length: to }, () => value));
        const means = Array.from({ length: to }, (_, i) => {
          const block = parts.slice(i * row.length, (i + 1) * row.length);
          return block.reduce((sum, value) => sum + value, 0) / block.length / 255;
        });
        const across = pictureInput(grey([row]), { channels: 1, height: 1, width: to });
        const down = pictureInput(grey(row.map((value) => [value])), { channels: 1, height: to, width: 1 });
        for (const [i, mean] of means.entries()) expect(across[i]).toBeCloseTo(mean, 6);
        expect(down).toEqual(across);
      }),
    );
  });

  it("interpolates between centres where it makes larger", () => {
    const values = pictureInput(grey([[0, 200]]), { channels: 1, height: 1, width: 4 });
    expect(Array.from(values, (value) => Math.round(value * 255))).toEqual([0, 50, 150, 200]);
  });

  it("stays within the colours there are, and keeps one colour", () => {
    fc.assert(
      fc.property(pictures, sides, fc.constantFrom(1, 3, 4), (pixels, [width, height], channels) => {
        const values = pictureInput(pixels, { channels, height, width });
        expect(values).toHaveLength(channels * height * width);
        for (const value of values) expect(value >= -1e-7 && value <= 1 + 1e-7).toBe(true);
        const plain = pictureInput(
          picture(pixels.width, pixels.height, () => [51, 51, 51, 255]),
          { channels, height, width },
        );
        for (const value of plain.subarray(0, height * width)) expect(value).toBeCloseTo(0.2, 6);
      }),
    );
  });

  it("refuses data of another size and channels that there are not", () => {
    expect(() => pictureInput({ width: 2, height: 2, data: new Uint8Array(12) }, { channels: 3, height: 2, width: 2 })).toThrow(
      "a picture of 2 x 2 RGBA pixels has 16 numbers, but these are 12",
    );
    expect(() => pictureInput(grey([[1]]), { channels: 2, height: 1, width: 1 })).toThrow("1, 3 or 4 channels, not 2");
  });
});
