import * as fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { adamState, adamStep } from "../src/baselines/adam.ts";
import { solveCholesky } from "../src/baselines/cholesky.ts";
import { measureBaselines, trainingErrors } from "../src/baselines/forecast-baselines.ts";
import { truthOf, type ForecastProblem } from "../src/baselines/forecast-problem.ts";
import { backward, createMlp, forward } from "../src/baselines/mlp.ts";
import { naive, seasonalNaive } from "../src/baselines/naive.ts";
import { fitWindowLinear } from "../src/baselines/window-linear.ts";
import { fitWindowMlp } from "../src/baselines/window-mlp.ts";
import { uniform } from "../src/data/random.ts";
import { forecastFigures } from "../src/measures/forecast.ts";

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const noise = (i: number) => uniform(1, "test noise", 0, i) - 0.5;
const distance = (a: ArrayLike<number>, b: ArrayLike<number>) => Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

describe("naive forecasts", () => {
  const series = [
    [1, 2, 3, 4, 5, 6, 7, 8],
    [10, 20, 30, 40, 50, 60, 70, 80],
  ];
  const problem: ForecastProblem = { series, outputs: [1, 0], window: 2, horizon: 3 };

  it("repeat the last value", () => {
    expect([...naive(problem)(5)]).toEqual([50, 5, 50, 5, 50, 5]);
    expect([...truthOf(problem, 5)]).toEqual([60, 6, 70, 7, 80, 8]);
  });

  it("repeat the last season, also over a longer horizon", () => {
    expect([...seasonalNaive(problem, 2)(5)]).toEqual([40, 4, 50, 5, 40, 4]);
    expect([...seasonalNaive(problem, 4)(5)]).toEqual([20, 2, 30, 3, 40, 4]);
    expect([...seasonalNaive(problem, 1)(5)]).toEqual([...naive(problem)(5)]);
  });

  it("give the last value where there was no season, or a gap", () => {
    expect([...seasonalNaive({ ...problem, outputs: [0] }, 7)(5)]).toEqual([5, 5, 1]);
    const gap = { series: [[1, Number.NaN, 3, 4, 5]], outputs: [0], window: 1, horizon: 2 };
    expect([...seasonalNaive(gap, 4)(5)]).toEqual([5, 3]);
  });
});

describe("least squares", () => {
  it("solves what was multiplied out", () => {
    const entry = fc.double({ min: -2, max: 2, noNaN: true });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 16, maxLength: 16 }), fc.array(entry, { minLength: 8, maxLength: 8 }), (m, x) => {
        // A = M M' + I is positive definite; B = A X.
        const at = (i: number, j: number) => range(0, 4).reduce((sum, k) => sum + m[i * 4 + k]! * m[j * 4 + k]!, i === j ? 1 : 0);
        const a = Float64Array.from({ length: 16 }, (_, k) => at(Math.floor(k / 4), k % 4));
        const b = Float64Array.from({ length: 8 }, (_, k) =>
          range(0, 4).reduce((sum, j) => sum + at(Math.floor(k / 2), j) * x[j * 2 + (k % 2)]!, 0),
        );
        expect(distance(solveCholesky(a, b, 4), x)).toBeLessThan(1e-9);
      }),
    );
    expect(() => solveCholesky(Float64Array.of(1, 2, 2, 1), new Float64Array(2), 2)).toThrow("not positive definite");
  });

  it("finds the law of a series that has one", () => {
    // y_t = 0.6 y_(t-1) - 0.3 y_(t-2) + 0.5 u_(t-1) + 2, u anything.
    const u = range(0, 400).map((i) => 20 * noise(i));
    const y = [1, 3];
    for (let t = 2; t < 400; t++) y.push(0.6 * y[t - 1]! - 0.3 * y[t - 2]! + 0.5 * u[t - 1]! + 2);
    const problem = { series: [u, y], outputs: [1], window: 3, horizon: 1 };
    const forecast = fitWindowLinear(problem, range(3, 300), 1e-9);
    for (const origin of range(300, 399)) expect(distance(forecast(origin), truthOf(problem, origin))).toBeLessThan(1e-6);
  });

  it("is what the normal equations' gradient says: no other weights are better", () => {
    const y = range(0, 200).map((i) => Math.sin(i / 5) + noise(i));
    const problem = { series: [y], outputs: [0], window: 4, horizon: 2 };
    const origins = range(4, 150);
    const square = (scale: number) => {
      const forecast = fitWindowLinear(problem, origins, 0);
      return origins.reduce((sum, origin) => {
        const [truth, found] = [truthOf(problem, origin), forecast(origin)];
        return sum + found.reduce((own, value, k) => own + (value * scale - truth[k]!) ** 2, 0);
      }, 0);
    };
    expect(square(1)).toBeLessThan(square(1.01));
    expect(square(1)).toBeLessThan(square(0.99));
  });
});

describe("the network of one hidden layer", () => {
  it("has the gradient that central differences have", () => {
    const mlp = createMlp(3, 5, 2, 7);
    for (let i = 0; i < mlp.weights.length; i++) mlp.weights[i]! += noise(i) / 3;
    const x = Float64Array.of(0.3, -1.2, 0.7);
    const target = [0.4, -0.9];
    const lossOf = () => forward(mlp, x).output.reduce((sum, value, k) => sum + (value - target[k]!) ** 2, 0);
    const pass = forward(mlp, x);
    const gradient = new Float64Array(mlp.weights.length);
    backward(
      mlp,
      x,
      pass,
      pass.output.map((value, k) => 2 * (value - target[k]!)),
      gradient,
    );
    for (let i = 0; i < gradient.length; i++) {
      const [kept, h] = [mlp.weights[i]!, 1e-5];
      mlp.weights[i] = kept + h;
      const above = lossOf();
      mlp.weights[i] = kept - h;
      const below = lossOf();
      mlp.weights[i] = kept;
      expect(gradient[i]).toBeCloseTo((above - below) / (2 * h), 8);
    }
  });

  it("learns what no linear function is, the same with the same seed", () => {
    const y = range(0, 900).map((i) => 100 + 10 * noise(i));
    const z = y.map((_, t) => (t === 0 ? 0 : Math.abs(y[t - 1]! - 100)));
    const problem = { series: [y, z], outputs: [1], window: 1, horizon: 1 };
    const [train, testing] = [range(1, 800), range(800, 899)];
    const rmse = (forecast: (origin: number) => Float64Array) =>
      forecastFigures(
        testing.map((origin) => forecast(origin)),
        testing.map((origin) => truthOf(problem, origin)),
        [1],
      ).rmse;
    const fit = (seed: number) => fitWindowMlp(problem, train, { seed, hidden: 16, steps: 1500, learningRate: 0.01, batchSize: 32 });
    const one = fit(1);
    expect(rmse(one)).toBeLessThan(rmse(fitWindowLinear(problem, train)) / 5);
    expect(one(850)).toEqual(fit(1)(850));
    expect(one(850)).not.toEqual(fit(2)(850));
  });
});

test("Adam's first step is the learning rate against the gradient's sign", () => {
  const weights = Float64Array.of(1, 1, 1);
  adamStep(weights, Float64Array.of(0.5, -3, 0), adamState(3), 1, 0.1);
  expect(distance(weights, [0.9, 1.1, 1])).toBeLessThan(1e-7);
});

test("baselines are fitted on the one part and measured on the other, scaled by the training part", () => {
  // A season of 12 with a trend of 0.1 a step.
  const y = range(0, 240).map((t) => 100 + t / 10 + 30 * Math.sin((2 * Math.PI * t) / 12) + 2 * noise(t));
  const problem = { series: [y], outputs: [0], window: 12, horizon: 6 };
  const [train, testing] = [range(12, 180), range(186, 234)];
  const figures = measureBaselines(problem, { train, test: testing, season: 12, seed: 1 });
  expect(Object.keys(figures)).toEqual(["naive", "seasonalNaive", "windowLinear", "windowMlp"]);
  const { naive: last, seasonalNaive: season, windowLinear, windowMlp } = figures;
  // A season's forecast is 1.2 too low, but for the noise.
  expect(Math.abs(season.mae - 1.2)).toBeLessThan(0.2);
  expect(Math.abs(season.mase! - 1)).toBeLessThan(0.2);
  expect(last.mae).toBeGreaterThan(season.mae);
  expect(windowLinear.mae).toBeLessThan(1.2);
  expect(windowMlp.mae).toBeLessThan(last.mae / 2);
  // By hand: |y_t - y_(t-12)| over steps 0 to 184.
  const changes = range(12, 185).map((t) => Math.abs(y[t]! - y[t - 12]!));
  const mean = changes.reduce((sum, change) => sum + change, 0) / changes.length;
  expect(trainingErrors(problem, train, 12)[0]).toBeCloseTo(mean, 12);
});
