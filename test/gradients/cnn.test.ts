import { cnn, type CnnOptions, Graph, NORMALIZATIONS, Scope, type Value, mul, reduceSum } from "@s2s/graph-builder";
import { describe, expect, it } from "vitest";
import { numbers } from "../support/check-gradient.ts";
import { type LayerCheck, checkLayer } from "../support/check-layer.ts";
import { runGraph } from "../support/run-graph.ts";

const [N, C, H, W] = [3, 2, 5, 4];
const real = { type: "float64", shape: [N, 1, 1, 1], declared: ["N", 1, 1, 1], data: Float64Array.of(1, 0, 1) } as const;

const normalized = (name: keyof typeof NORMALIZATIONS, training: boolean, padded = false): LayerCheck => ({
  shapes: [[N, C, H, W]],
  declared: [["N", C, H, W]],
  others: padded ? { real } : {},
  options: () => ({ training }),
  build: (scope, [x], given) => NORMALIZATIONS[name](scope, C)(x, given.real ?? null),
});

const network = (options: Partial<CnnOptions>): LayerCheck => ({
  shapes: [[N, C, 9, 6]],
  declared: [["N", C, 9, 6]],
  options: () => ({ training: true }),
  build(scope, [x]) {
    const { map, features } = cnn(scope, {
      channels: C,
      height: 9,
      width: 6,
      filters: [4, 3],
      kernel: 3,
      normalization: "none",
      features: 5,
      ...options,
    })(x);
    return [map, features];
  },
});

const checks: Record<string, LayerCheck> = {
  "batch normalisation": normalized("batch", true),
  "batch normalisation, padding left out": normalized("batch", true, true),
  "layer normalisation of a map": normalized("layer", true),
  "a convolutional network": network({}),
  "a convolutional network, batch normalisation": network({ normalization: "batch" }),
  "a convolutional network, layer normalisation, an even window": network({ normalization: "layer", kernel: 2, filters: [4] }),
};

describe("gradients of convolutional networks, with respect to inputs and parameters", () => {
  for (const [name, check] of Object.entries(checks)) it(name, () => checkLayer(check));
});

/** x [N, C, H, W] by channel: mean and variance over the examples that count. */
function moments(
  x: Float64Array,
  counts: readonly number[],
): { readonly mean: number; readonly variance: number; readonly size: number }[] {
  return Array.from({ length: C }, (_, c) => {
    const all = counts.flatMap((n) => [...x.subarray((n * C + c) * H * W, (n * C + c + 1) * H * W)]);
    const mean = all.reduce((a, b) => a + b, 0) / all.length;
    return { mean, variance: all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length, size: all.length };
  });
}

async function normalize(name: "batch" | "layer", training: boolean, feeds: Record<string, Float64Array>, counted?: readonly number[]) {
  const graph = new Graph("normalize");
  const x = graph.input("x", "float64", ["N", C, H, W]);
  const mask = counted ? graph.input("real", "float64", ["N", 1, 1, 1]) : null;
  const scope = new Scope(graph, { type: "float64", parameters: "inputs", training });
  graph.output("y", NORMALIZATIONS[name](scope, C)(x, mask));
  for (const { spec, measured } of scope.statistics) if (measured) graph.output(`measured.${spec.name}`, measured);
  const vector = (data: Float64Array) => ({ type: "float64", shape: [C], data }) as const;
  const results = await runGraph(graph, {
    x: { type: "float64", shape: [N, C, H, W], data: feeds.x },
    real: { type: "float64", shape: [N, 1, 1, 1], data: Float64Array.from({ length: N }, (_, n) => Number(counted?.includes(n))) },
    gain: vector(Float64Array.of(1.5, -2)),
    bias: vector(Float64Array.of(0.25, 3)),
    mean: vector(feeds.mean ?? new Float64Array(C)),
    variance: vector(feeds.variance ?? new Float64Array(C)),
  });
  return results as Record<string, Float64Array>;
}

const [scale, bias] = [
  [1.5, -2],
  [0.25, 3],
];
const at = (n: number, c: number, place: number): number => (n * C + c) * H * W + place;

describe("normalisation of feature maps", () => {
  const x = numbers(N * C * H * W, 3, -2, 5);

  for (const [what, counted] of [
    ["a batch", [0, 1, 2]],
    ["the examples that are no padding", [0, 2]],
  ] as const) {
    it(`normalises by the moments of ${what}, and measures them`, async () => {
      const results = await normalize("batch", true, { x }, counted);
      for (const [c, { mean, variance, size }] of moments(x, counted).entries()) {
        expect(results["measured.mean"][c]).toBeCloseTo(mean, 12);
        expect(results["measured.variance"][c]).toBeCloseTo((variance * size) / (size - 1), 12);
        for (const n of counted)
          for (let place = 0; place < H * W; place += 1) {
            const expected = ((x[at(n, c, place)] - mean) / Math.sqrt(variance + 1e-5)) * scale[c] + bias[c];
            expect(results.y[at(n, c, place)]).toBeCloseTo(expected, 10);
          }
      }
    });
  }

  it("normalises by what was gathered, once training is over", async () => {
    const [mean, variance] = [Float64Array.of(0.5, -1), Float64Array.of(2, 0.3)];
    const { y } = await normalize("batch", false, { x, mean, variance });
    for (const [i, value] of y.entries()) {
      const c = Math.floor(i / (H * W)) % C;
      expect(value).toBeCloseTo(((x[i] - mean[c]) / Math.sqrt(variance[c] + 1e-5)) * scale[c] + bias[c], 10);
    }
  });

  it("normalises each example over channels and places, whatever else is in the batch", async () => {
    const { y } = await normalize("layer", true, { x });
    for (let n = 0; n < N; n += 1) {
      const own = x.subarray(n * C * H * W, (n + 1) * C * H * W);
      const mean = own.reduce((a, b) => a + b, 0) / own.length;
      const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length;
      for (let c = 0; c < C; c += 1)
        for (let place = 0; place < H * W; place += 1) {
          const expected = ((x[at(n, c, place)] - mean) / Math.sqrt(variance + 1e-5)) * scale[c] + bias[c];
          expect(y[at(n, c, place)]).toBeCloseTo(expected, 10);
        }
    }
  });
});

describe("a convolutional network", () => {
  const build = (
    options: Partial<CnnOptions>,
    training = false,
  ): { readonly scope: Scope; readonly x: Value; readonly features: Value } => {
    const graph = new Graph("network");
    const x = graph.input("x", "float32", ["N", 1, 8, 8]);
    const scope = new Scope(graph, { type: "float32", parameters: "inputs", training });
    const all = { channels: 1, height: 8, width: 8, filters: [2, 3], kernel: 3, normalization: "batch", features: 4, ...options } as const;
    return { scope, x, features: cnn(scope, all)(x).features };
  };

  it("keeps its running statistics apart from what is trained", () => {
    const { scope } = build({});
    expect(scope.parameters.map(({ spec }) => spec.name)).toEqual([
      "0.w",
      "0.norm.gain",
      "0.norm.bias",
      "1.w",
      "1.norm.gain",
      "1.norm.bias",
      "features.w",
      "features.b",
    ]);
    expect(scope.statistics.map(({ spec }) => spec.name)).toEqual(["0.norm.mean", "0.norm.variance", "1.norm.mean", "1.norm.variance"]);
    expect(scope.graph.inputs.map(({ name }) => name)).toContain("0.norm.mean");
  });

  it("takes no stored statistics where it measures the batch's", () => {
    const { scope, features } = build({}, true);
    expect(scope.graph.inputs.map(({ name }) => name)).not.toContain("0.norm.mean");
    expect(scope.statistics.every(({ measured }) => measured !== null)).toBe(true);
    expect(reduceSum(mul(features, features)).shape).toEqual([]);
  });

  it("says when too many blocks leave nothing of an image", () => {
    expect(() => build({ filters: [2, 2, 2, 2] })).toThrow("4 blocks, each of which halves an image, leave nothing of 8 x 8 pixels");
  });
});
