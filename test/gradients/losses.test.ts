import {
  type Dim,
  Graph,
  type Value,
  chunkedCrossEntropy,
  correct,
  crossEntropy,
  gemm,
  gradients,
  log,
  mul,
  print,
  prune,
  reshape,
  scatterElements,
  sigmoid,
  softmax,
  sub,
  tanh,
  transpose,
} from "@s2s/graph-builder";
import { describe, expect, it } from "vitest";
import { checkGradient, numbers } from "../support/check-gradient.ts";
import { type Tensor, runGraph } from "../support/run-graph.ts";

const [H, V] = [3, 7];
const double = (shape: readonly number[], seed: number): Tensor => ({
  type: "float64",
  shape,
  data: numbers(
    shape.reduce((a, b) => a * b, 1),
    seed,
    -2,
    2,
  ),
});
const int32 = (shape: number[], data: ArrayLike<number>): Tensor => ({ type: "int32", shape, data: Int32Array.from(data) });

interface Case {
  readonly rows: Dim;
  readonly chunk: number;
  readonly smoothing?: number;
  readonly transposed?: boolean;
}

/** Sums, and gradients of 0.3 times the loss, of the loss in chunks or of the plain one. */
async function run({ rows, chunk, smoothing = 0, transposed = false }: Case, plain: boolean): Promise<Record<string, number[]>> {
  const graph = new Graph("loss");
  const targets = [3, 0, 6, 1, 5, 2, 0, 4, 3, 3];
  const feeds = {
    h: double([10, H], 1),
    w: double(transposed ? [V, H] : [H, V], 2),
    b: double([V], 3),
    targets: int32([10], targets),
  };
  const shapeOf = (name: keyof typeof feeds) =>
    name === "h" || name === "targets" ? [rows, ...feeds[name].shape.slice(1)] : feeds[name].shape;
  const [h, w, b] = (["h", "w", "b"] as const).map((name) => graph.input(name, "float64", shapeOf(name)));
  const ids = graph.input("targets", "int32", shapeOf("targets"));
  const logits = (): Value => gemm(h, transposed ? transpose(w) : w, b);
  const loss = plain
    ? { ...crossEntropy(logits(), ids, smoothing), correct: correct(logits(), ids) }
    : chunkedCrossEntropy([h], ([part]) => gemm(part, w, b, { transB: transposed }), ids, { chunk, smoothing });
  const found = gradients(mul(loss.sum, 0.3), [h, w, b]);
  for (const [name, value] of Object.entries({ ...loss, dh: found[0], dw: found[1], db: found[2] })) graph.output(name, value);
  const results = await runGraph(graph, feeds);
  return Object.fromEntries(Object.entries(results).map(([name, data]) => [name, Array.from(data, Number)]));
}

describe("cross-entropy in chunks", () => {
  it.each<Case>([
    { rows: "N", chunk: 4 },
    { rows: "N", chunk: 5, smoothing: 0.1 },
    { rows: "N", chunk: 1, transposed: true },
    { rows: "N", chunk: 64, smoothing: 0.2, transposed: true },
    { rows: 10, chunk: 4, transposed: true },
    { rows: 10, chunk: 10 },
  ])("has the sums and the gradients of the plain one: %o", async (given) => {
    const [found, expected] = [await run(given, false), await run(given, true)];
    for (const [name, values] of Object.entries(expected)) {
      expect(found[name], name).toHaveLength(values.length);
      for (const [i, value] of values.entries()) expect(found[name][i], `${name}[${i}]`).toBeCloseTo(value, 12);
    }
  });

  it("goes on into what h is made of", () =>
    checkGradient({
      shapes: [[5, 2], [2, H], [H, V], [V]],
      declared: [["N", 2], [2, H], [H, V], [V]],
      others: { targets: { ...int32([5], [3, 0, 6, 1, 5]), declared: ["N"] } },
      build: ([x, u, w, b], { targets }) =>
        chunkedCrossEntropy([gemm(x, u)], ([h]) => gemm(h, w, b), targets, { chunk: 2, smoothing: 0.1 }).sum,
    }));

  it("takes several values of a row, and whatever its readout is made of", () =>
    checkGradient({
      shapes: [[5, H], [5, 1], [5, 2], [H, V], [V]],
      declared: [["N", H], ["N", 1], ["N", 2], [H, V], [V]],
      others: {
        targets: { ...int32([5], [3, 0, 6, 1, 5]), declared: ["N"] },
        places: { ...int32([5, 2], [3, 2, 1, 1, 0, 6, 1, 4, 5, 2]), declared: ["N", 2] },
      },
      build: ([h, gate, weights, w, b], { targets, places }) => {
        const read = ([part, g, a, at]: Value[]): Value =>
          log(scatterElements(mul(softmax(gemm(part, tanh(w), b)), sigmoid(g)), at, mul(softmax(a), sub(1, sigmoid(g))), -1));
        return chunkedCrossEntropy([h, gate, weights, places], read, targets, { chunk: 3 }).sum;
      },
    }));

  it("has a chunk's logits alone, and computes no gradients where none are asked for", () => {
    const traced = (withGradient: boolean): string => {
      const graph = new Graph("loss");
      const h = reshape(graph.input("h", "float32", ["T", "B", H]), ["B*T", H]);
      const [w, b] = [graph.input("w", "float32", [H, V]), graph.input("b", "float32", [V])];
      const { sum } = chunkedCrossEntropy(
        [h],
        ([part]) => gemm(part, w, b),
        reshape(graph.input("targets", "int32", ["T", "B"]), ["B*T"]),
        { chunk: 4 },
      );
      graph.output("sum", sum);
      if (withGradient) graph.output("dw", gradients(sum, [w])[0]);
      prune(graph);
      return print(graph);
    };
    for (const text of [traced(false), traced(true)]) {
      expect(text).toContain(`[4, ${V}]`);
      expect(text).not.toContain(`B*T, ${V}]`);
    }
    expect(traced(true).match(/Gemm/g)).toHaveLength(2);
    expect(traced(false).match(/Gemm/g)).toHaveLength(1);
  });

  it("refuses a chunk of no rows", () => {
    const graph = new Graph("refuse");
    const x = graph.input("x", "float32", [2, 2]);
    expect(() => chunkedCrossEntropy([x], ([row]) => row, x, { chunk: 0 })).toThrow("chunk 0 is no positive integer");
  });
});

describe("cross-entropy of labels", () => {
  it("counts every class, with -1 as padding", async () => {
    const graph = new Graph("labels");
    const logits = graph.input("logits", "float64", ["N", 3]);
    const targets = graph.input("targets", "int32", ["N"]);
    const { sum, count } = crossEntropy(logits, targets, 0, -1);
    graph.output("sum", sum);
    graph.output("count", count);
    graph.output("correct", correct(logits, targets, -1));
    graph.output("g", gradients(sum, [logits])[0]);
    const data = [0.5, -1, 2, 3, 0, 1, 0, 0, 0];
    const results = await runGraph(graph, {
      logits: { type: "float64", shape: [3, 3], data: Float64Array.from(data) },
      targets: int32([3], [1, 0, -1]),
    });
    const nats = (row: number[], target: number): number => Math.log(row.reduce((s, x) => s + Math.exp(x), 0)) - row[target];
    expect(results.sum[0]).toBeCloseTo(nats(data.slice(0, 3), 1) + nats(data.slice(3, 6), 0), 12);
    expect(Number(results.count[0])).toBe(2);
    expect(Number(results.correct[0])).toBe(1);
    expect(
      Array.from(results.g, Number)
        .slice(6)
        .every((n) => n === 0),
    ).toBe(true);
  });
});
