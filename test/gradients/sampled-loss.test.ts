import {
  Graph,
  type SamplingDistribution,
  crossEntropy,
  gemm,
  gradients,
  sampledCrossEntropy,
  samplingProbabilities,
} from "@s2s/graph-builder";
import { describe, expect, it } from "vitest";
import { aliasTable, drawn } from "../../packages/graph-builder/src/losses/alias.ts";
import { checkGradient, numbers } from "../support/check-gradient.ts";
import { type Tensor, runGraph } from "../support/run-graph.ts";

const [F, V] = [3, 9];
const int32 = (shape: number[], data: ArrayLike<number>): Tensor => ({ type: "int32", shape, data: Int32Array.from(data) });
const double = (shape: readonly number[], seed: number): Tensor => ({
  type: "float64",
  shape,
  data: numbers(shape[0] * (shape[1] ?? 1), seed, -1.5, 1.5),
});
const targets = [3, 0, 8, 1, 5, 3];
const rows = targets.length;
const feeds = { h: double([rows, F], 1), w: double([F, V], 2), b: double([V], 3), targets: int32([rows], targets), seed: int32([], [42]) };

/** Loss and gradients by sampling, what was drawn, and the same of the full softmax. */
async function run(samples: number, distribution: SamplingDistribution): Promise<Record<string, number[]>> {
  const graph = new Graph("sampled");
  const h = graph.input("h", "float64", ["N", F]);
  const w = graph.input("w", "float64", [F, V]);
  const b = graph.input("b", "float64", [V]);
  const ids = graph.input("targets", "int32", ["N"]);
  const seed = graph.input("seed", "int32", []);
  const losses = {
    sampled: sampledCrossEntropy(h, { w, b }, ids, { samples, seed, distribution }),
    full: crossEntropy(gemm(h, w, b), ids),
  };
  for (const [name, { sum, count }] of Object.entries(losses)) {
    graph.output(`${name}.sum`, sum);
    graph.output(`${name}.count`, count);
    for (const [i, g] of gradients(sum, [h, w, b]).entries()) graph.output(`${name}.g${i}`, g);
  }
  graph.output("drawn", drawn(aliasTable(samplingProbabilities(distribution, V)), seed, samples));
  return Object.fromEntries(Object.entries(await runGraph(graph, feeds)).map(([name, data]) => [name, Array.from(data, Number)]));
}

describe("probabilities of the samples", () => {
  it("sum to one, and fall with the id", () => {
    const p = samplingProbabilities("log-uniform", 1000);
    expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(p[0]).toBeCloseTo(Math.log(2) / Math.log(1001), 12);
    expect(p.every((x, k) => k === 0 || x < p[k - 1])).toBe(true);
  });
});

describe.each<SamplingDistribution>(["log-uniform", "uniform"])("sampled softmax, %s", (distribution) => {
  it("is the importance-sampled loss of what was drawn, without accidental hits", async () => {
    const samples = 12;
    const found = await run(samples, distribution);
    const [h, w, b] = [feeds.h.data, feeds.w.data, feeds.b.data].map((data) => Array.from(data, Number));
    const p = (k: number): number => (distribution === "uniform" ? 1 / V : Math.log((k + 2) / (k + 1)) / Math.log(V + 1));
    const score = (row: number, k: number): number => b[k] + [0, 1, 2].reduce((sum, f) => sum + h[row * F + f] * w[f * V + k], 0);
    const loss = targets.reduce((sum, y, row) => {
      if (y === 0) return sum;
      const others = found["drawn"].filter((k) => k !== y);
      const z = others.reduce((total, k) => total + Math.exp(score(row, k)) / (samples * p(k)), Math.exp(score(row, y)));
      return sum + Math.log(z) - score(row, y);
    }, 0);
    expect(
      found["drawn"].some((k) => targets.includes(k)),
      "there is an accidental hit",
    ).toBe(true);
    expect(found["sampled.sum"][0]).toBeCloseTo(loss, 10);
    expect(found["sampled.count"]).toEqual(found["full.count"]);
  });

  it("comes to the full softmax and its gradients where much is drawn", async () => {
    const found = await run(200_000, distribution);
    expect(found["sampled.sum"][0] / found["full.sum"][0]).toBeCloseTo(1, 2);
    for (const g of ["g0", "g1", "g2"]) {
      for (const [i, value] of found[`full.${g}`].entries()) expect(found[`sampled.${g}`][i]).toBeCloseTo(value, 1.5);
    }
  });

  it.each([false, true])("has the gradients of what it computes, tied %s", (tied) =>
    checkGradient({
      shapes: [[rows, F], tied ? [V, F] : [F, V], [V]],
      declared: [["N", F], tied ? [V, F] : [F, V], [V]],
      others: { targets: { ...feeds.targets, declared: ["N"] }, seed: feeds.seed },
      build: ([h, w, b], { targets: ids, seed }) => sampledCrossEntropy(h, { w, b, tied }, ids, { samples: 5, seed, distribution }).sum,
    }),
  );
});
