import { Graph, Scope, mixture, mixtureLoss } from "@s2s/graph-builder";
import { describe, expect, it } from "vitest";
import { numbers } from "../support/check-gradient.ts";
import { checkLayer } from "../support/check-layer.ts";
import { type Tensor, runGraph } from "../support/run-graph.ts";

const [N, H, M] = [4, 5, 3];
const width = 6 * M + 3;

/** What the pen does in each of the points: each of its states. */
const points = (offsets: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: 3 * N }, (_, i) => (i % 3 < 2 ? offsets[i] : Math.floor(i / 3) % 3));
const given = (data: Float64Array): Tensor => ({ type: "float64", shape: [N, 3], data });

describe("gradients of the mixture density, with respect to inputs and parameters", () => {
  it("of the loss", () =>
    checkLayer({
      shapes: [[N, width]],
      declared: [["N", width]],
      others: { points: { ...given(points(numbers(3 * N, 4, -2, 2))), declared: ["N", 3] } },
      // Correlations lie in +-0.995.
      low: -0.9,
      high: 0.9,
      build: (_, [densities], { points: target }) => mixtureLoss(densities, target),
    }));

  it("of the layer with the loss behind it", () =>
    checkLayer({
      shapes: [[N, H]],
      declared: [["N", H]],
      others: { points: { ...given(points(numbers(3 * N, 5, -2, 2))), declared: ["N", 3] } },
      build: (scope, [x], { points: target }) => mixtureLoss(mixture(scope, H, M)(x), target),
    }));
});

async function losses(type: "float64" | "float32", densities: Float64Array, target: Float64Array): Promise<ArrayLike<number>> {
  const graph = new Graph("loss");
  graph.output("loss", mixtureLoss(graph.input("densities", type, ["N", width]), graph.input("points", type, ["N", 3])));
  const tensor = (shape: number[], data: Float64Array): Tensor => ({
    type,
    shape,
    data: type === "float64" ? data : Float32Array.from(data),
  });
  const { loss } = await runGraph(graph, { densities: tensor([N, width], densities), points: tensor([N, 3], target) });
  return loss as Float64Array;
}

/** The density itself, as the paper has it: no logarithm is taken before everything is summed. */
function likelihood(row: Float64Array, [x1, x2, x3]: Float64Array): number {
  const components = Array.from({ length: M }, (_, k) => row.subarray(6 * k, 6 * k + 6));
  const weights = components.map(([logit]) => Math.exp(logit));
  const sum = weights.reduce((a, b) => a + b, 0);
  const density = components.reduce((total, [, mu1, mu2, log1, log2, rho], k) => {
    const [s1, s2] = [Math.exp(log1), Math.exp(log2)];
    const z = (x1 - mu1) ** 2 / s1 ** 2 + (x2 - mu2) ** 2 / s2 ** 2 - (2 * rho * (x1 - mu1) * (x2 - mu2)) / (s1 * s2);
    const normal = Math.exp(-z / (2 * (1 - rho ** 2))) / (2 * Math.PI * s1 * s2 * Math.sqrt(1 - rho ** 2));
    return total + (weights[k] / sum) * normal;
  }, 0);
  const pens = Array.from(row.subarray(6 * M), Math.exp);
  return (density * pens[x3]) / pens.reduce((a, b) => a + b);
}

describe("the mixture density", () => {
  it("has the likelihood of the paper's formulas", async () => {
    const densities = numbers(N * width, 6, -0.9, 0.9);
    const target = points(numbers(3 * N, 7, -2, 2));
    const found = await losses("float64", densities, target);
    for (let n = 0; n < N; n += 1) {
      const expected = -Math.log(likelihood(densities.subarray(n * width, (n + 1) * width), target.subarray(3 * n, 3 * n + 3)));
      expect(found[n]).toBeCloseTo(expected, 10);
    }
  });

  it("integrates to one over offsets and pen", async () => {
    const row = numbers(width, 8, -0.9, 0.9);
    const step = 0.1;
    let total = 0;
    for (let x1 = -20; x1 < 20; x1 += step)
      for (let x2 = -20; x2 < 20; x2 += step)
        for (const pen of [0, 1, 2]) total += likelihood(row, Float64Array.of(x1, x2, pen)) * step ** 2;
    expect(total).toBeCloseTo(1, 6);
  });

  it("stays finite in float32 where densities underflow", async () => {
    const densities = new Float64Array(N * width);
    for (const [i] of densities.entries()) densities[i] = i % width === width - 1 ? 200 : [80, 500, -500, -6, -6, 0.995][(i % width) % 6];
    const found = await losses("float32", densities, points(new Float64Array(3 * N)));
    for (let n = 0; n < N; n += 1) {
      expect(found[n]).toBeGreaterThan(1e9);
      expect(Number.isFinite(found[n])).toBe(true);
    }
  });

  it("bounds deviations and correlations, whatever the layer below says", async () => {
    const graph = new Graph("layer");
    const scope = new Scope(graph, { type: "float32", parameters: "inputs" });
    graph.output("densities", mixture(scope, H, M)(graph.input("x", "float32", ["N", H])));
    const { densities } = await runGraph(graph, {
      x: { type: "float32", shape: [N, H], data: Float32Array.from(numbers(N * H, 9, -300, 300)) },
      w: { type: "float32", shape: [H, width], data: Float32Array.from(numbers(H * width, 10)) },
      b: { type: "float32", shape: [width], data: new Float32Array(width) },
    });
    const found = (place: number): number[] =>
      Array.from(densities, Number).filter((_, i) => i % width < width - 1 && (i % width) % 6 === place);
    expect(Math.max(...[...found(3), ...found(4)].map(Math.abs))).toBe(6);
    expect(Math.max(...found(5).map(Math.abs))).toBeCloseTo(0.995, 6);
    expect(Math.max(...found(1).map(Math.abs))).toBeGreaterThan(50);
  });
});
