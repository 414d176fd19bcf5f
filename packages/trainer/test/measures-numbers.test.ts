import * as fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { forecastFigures, seasonalError } from "../src/measures/forecast.ts";
import { languageFigures } from "../src/measures/language-model.ts";

describe("forecasts", () => {
  it("are measured as worked out by hand", () => {
    const series = [1, 3, 2, 5, 4];
    expect(seasonalError(series, 1)).toBe((2 + 1 + 3 + 1) / 4);
    expect(seasonalError(series, 2)).toBe((1 + 2 + 2) / 3);
    const figures = forecastFigures([[6, 8]], [[5, 5]], [2]);
    expect(figures).toEqual({
      mae: 2,
      rmse: Math.sqrt(5),
      mase: 1,
      outputs: [{ mae: 2, rmse: Math.sqrt(5), mase: 1 }],
    });
  });

  it("count each output column by itself, and their mean", () => {
    // Two steps of two columns.
    const { outputs, mae, rmse, mase } = forecastFigures([[1, 10, 3, 30]], [[2, 10, 1, 10]], [3, 5]);
    expect(outputs).toEqual([
      { mae: 1.5, rmse: Math.sqrt((1 + 4) / 2), mase: 0.5 },
      { mae: 10, rmse: Math.sqrt(200), mase: 2 },
    ]);
    expect([mae, mase]).toEqual([5.75, 1.25]);
    // As if all numbers were of one column.
    expect(rmse).toBeCloseTo(Math.sqrt((1 + 4 + 400) / 4), 12);
  });

  it("skip missing numbers in the scale, which is 0 for a series that repeats itself", () => {
    expect(seasonalError([1, Number.NaN, 2, 4], 1)).toBe(2);
    expect(seasonalError([1, 2, 1, 2], 2)).toBe(0);
    expect(seasonalError([1, 2], 2)).toBeNaN();
  });

  it("have no MASE where the naive forecast never erred, and no mean of it where one column has none", () => {
    expect(forecastFigures([[1]], [[2]], [0])).toEqual({ mae: 1, rmse: 1, outputs: [{ mae: 1, rmse: 1 }] });
    const { outputs, ...means } = forecastFigures([[1, 10]], [[2, 12]], [0, 4]);
    expect(means).not.toHaveProperty("mase");
    expect(outputs[1]).toEqual({ mae: 2, rmse: 2, mase: 0.5 });
  });

  it("scale with the unit, but not MASE", () => {
    const numbers = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 6, maxLength: 12 });
    fc.assert(
      fc.property(numbers, fc.double({ min: 0.5, max: 20, noNaN: true }), (series, factor) => {
        const [history, truth] = [series.slice(0, 4), series.slice(4)];
        const scale = seasonalError(history, 1);
        fc.pre(scale > 1e-3);
        const forecast = truth.map(() => history[3]!);
        const times = (values: readonly number[]) => values.map((value) => value * factor);
        const one = forecastFigures([forecast], [truth], [scale]);
        const other = forecastFigures([times(forecast)], [times(truth)], [seasonalError(times(history), 1)]);
        expect(other.mae).toBeCloseTo(factor * one.mae, 6);
        expect(other.rmse).toBeCloseTo(factor * one.rmse, 6);
        expect(other.mase! / Math.max(1, one.mase!)).toBeCloseTo(one.mase! / Math.max(1, one.mase!), 6);
      }),
    );
  });

  it("of another size than the truth are refused", () => {
    expect(() => forecastFigures([[1, 2]], [[1]], [1])).toThrow("forecast 0 has 2 numbers, the truth 1");
    expect(() => forecastFigures([[1, 2, 3]], [[1, 2, 3]], [1, 1])).toThrow("in 2 columns");
  });
});

test("a uniform model over 256 bytes needs 8 bits for each, whatever its tokens", () => {
  const text = "aé😀";
  const bytes = 1 + 2 + 4;
  const figures = languageFigures(bytes * Math.log(256), bytes, [text]);
  expect(figures.perplexity).toBeCloseTo(256, 9);
  expect(figures.bitsPerByte).toBeCloseTo(8, 12);
  expect(figures.bitsPerCharacter).toBeCloseTo((8 * bytes) / 3, 12);
});
