import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drawPoint } from "../src/predict/point.ts";
import { toSvg } from "../src/predict/svg.ts";
import type { Stroke } from "../src/predict/prediction.ts";
import { uniformDraws } from "../src/search/sampler.ts";

/** Two components of weights 3/4 and 1/4, far apart; the pen is lifted with probability 0.2, and the drawing ends with 0.1. */
const DENSITY = Float32Array.of(
  Math.log(3),
  5,
  -2,
  Math.log(0.5),
  Math.log(2),
  0.6,
  0,
  -40,
  30,
  Math.log(0.1),
  Math.log(0.2),
  -0.3,
  ...[0.7, 0.2, 0.1].map(Math.log),
);
const COUNT = 20_000;

/** Moments of many points by component, each with draws of its own. */
function moments(sampling: { temperature: number; bias: number }) {
  const uniform = uniformDraws(7, [], 0);
  const drawn = Array.from({ length: COUNT }, (_, i) => drawPoint(DENSITY, sampling, (draw) => uniform(4 * i + draw)));
  const points = drawn.map(({ point }) => point);
  const first = points.filter(([dx]) => dx > -20);
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [x, y] = [mean(first.map(([dx]) => dx)), mean(first.map(([, dy]) => dy))];
  const [sx, sy] = [Math.sqrt(mean(first.map(([dx]) => (dx - x) ** 2))), Math.sqrt(mean(first.map(([, dy]) => (dy - y) ** 2)))];
  return {
    share: first.length / COUNT,
    x,
    y,
    sx,
    sy,
    rho: mean(first.map(([dx, dy]) => (dx - x) * (dy - y))) / (sx * sy),
    lifted: mean(points.map(([, , lifted]) => lifted)),
    ends: mean(drawn.map(({ ends }) => Number(ends))),
  };
}

describe("points", () => {
  test("have the means, deviations, correlation and shares of the mixture", () => {
    const found = moments({ temperature: 1, bias: 0 });
    const expected = { share: 0.75, x: 5, y: -2, sx: 0.5, sy: 2, rho: 0.6, lifted: 0.3, ends: 0.1 };
    for (const [name, value] of Object.entries(expected)) expect(found[name as keyof typeof found]).toBeCloseTo(value, 1);
  });

  test("of a bias have smaller deviations and heavier weights, as in Graves 2013", () => {
    const { share, sx, sy, rho, lifted } = moments({ temperature: 1, bias: 1 });
    expect(share).toBeCloseTo(9 / 10, 1); // 3^2 : 1^2
    expect([sx, sy, rho, lifted]).toEqual([0.5 / Math.E, 2 / Math.E, 0.6, 0.3].map((value) => expect.closeTo(value, 1)));
  });

  test("of a temperature have other shares and variances, as in Ha and Eck 2017", () => {
    const { share, sx, sy, lifted } = moments({ temperature: 0.25, bias: 0 });
    expect(share).toBeCloseTo(81 / 82, 2);
    expect([sx, sy]).toEqual([0.25, 1].map((value) => expect.closeTo(value, 1)));
    expect(lifted).toBeCloseTo((2 ** 4 + 1) / (7 ** 4 + 2 ** 4 + 1), 2);
  });

  test("at temperature 0 are the heaviest mean", () => {
    expect(drawPoint(DENSITY, { temperature: 0, bias: 0 }, () => 0.5)).toEqual({ point: [5, -2, 0], ends: false });
    const ended = Float32Array.from(DENSITY);
    ended[ended.length - 1] = 1;
    expect(drawPoint(ended, { temperature: 0, bias: 0 }, () => 0.5)).toEqual({ point: [5, -2, 1], ends: true });
  });
});

describe("a drawing as SVG", () => {
  test("moves with the pen lifted and draws with it down", () => {
    const strokes: Stroke[] = [
      [1, 2, 0],
      [3, 0, 1],
      [0, 4, 1],
      [-4, 0, 0],
    ];
    const svg = toSvg(strokes);
    expect(svg).toContain(' d="M1 2L4 2M4 6h0M0 6" ');
    expect(svg).toContain('viewBox="-0.2 1.8 4.4 4.4"');
  });

  test("holds every point inside of its frame", () => {
    const stroke = fc.tuple(
      fc.double({ min: -1e3, max: 1e3, noNaN: true }),
      fc.double({ min: -1e3, max: 1e3, noNaN: true }),
      fc.constantFrom(0, 1),
    );
    fc.assert(
      fc.property(fc.array(stroke, { maxLength: 20 }), (strokes) => {
        const svg = toSvg(strokes as unknown as Stroke[]);
        const [left, top, width, height] = /viewBox="([^"]+)"/.exec(svg)![1]!.split(" ").map(Number) as [number, number, number, number];
        expect(width).toBeGreaterThan(0);
        expect(height).toBeGreaterThan(0);
        for (const [, x, y] of svg.matchAll(/[ML]([-\d.e+]+) ([-\d.e]+)/g)) {
          const slack = 1e-3 * Math.max(width, height);
          expect(Number(x)).toBeGreaterThanOrEqual(left - slack);
          expect(Number(x)).toBeLessThanOrEqual(left + width + slack);
          expect(Number(y)).toBeGreaterThanOrEqual(top - slack);
          expect(Number(y)).toBeLessThanOrEqual(top + height + slack);
        }
      }),
    );
  });
});
