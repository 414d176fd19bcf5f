import { Graph, type Int8Weight, type StoredTensor, type Value, gemm, matmul, scan, toFloat16, toInt8 } from "@s2s/graph-builder";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float16Bits } from "../../packages/graph-builder/src/onnx/float16.ts";
import { quantize } from "../../packages/graph-builder/src/precision/quantize.ts";
import { half, openGraph, runOnce } from "../support/variants.ts";

const { fround } = Math;
/** Halves to even, as IEEE 754 rounds. */
const nearest = (x: number): number => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

const random = (seed: number, count: number, size: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => {
    const x = Math.sin(seed * 1009 + i * 12.9898) * 43758.5453;
    return (2 * (x - Math.floor(x)) - 1) * size;
  });

/** x [rows, inner] by a quantised weight [inner, columns], each step as the format's description has it, sums as integers. */
function integerProduct(
  x: Float32Array,
  w: Uint8Array,
  scales: ArrayLike<number>,
  inner: number,
  products: Int8Weight["products"],
): number[] {
  const columns = w.length / inner;
  return Array.from({ length: x.length / inner }, (_, row) => {
    const own = x.subarray(row * inner, (row + 1) * inner);
    const largest = Math.max(...own.map(Math.abs), 1e-30);
    const step = products === "unit" ? fround(1 / 127) : fround(fround(largest) * fround(1 / 127));
    const q = Array.from(own, (value) => Math.min(127, Math.max(-128, nearest(fround(value / step)))));
    return Array.from({ length: columns }, (__, column) => {
      const sum = q.reduce((total, value, k) => total + value * (w[k * columns + column] - 128), 0);
      return sum * step * scales[column];
    });
  }).flat();
}

function productGraph(inner: number, columns: number, bias: boolean): { graph: Graph; weight: Value } {
  const graph = new Graph("product");
  const x = graph.input("x", "float32", ["N", inner]);
  const weight = graph.external("w", "float32", [inner, columns]);
  graph.output("y", bias ? gemm(x, weight, graph.external("b", "float32", [columns])) : matmul(x, weight));
  return { graph, weight };
}

const stored = (w: Float32Array, inner: number, columns: number): Map<string, StoredTensor> => {
  const { data, scales } = quantize(w, [inner, columns], 1);
  return new Map<string, StoredTensor>([
    ["w", { shape: [inner, columns], data }],
    ["w.scale", { shape: [1, columns], data: scales }],
  ]);
};

const plan = (products: Int8Weight["products"]): Map<string, Int8Weight> => new Map([["w", { axis: 1, products }]]);

describe("a product in eight bits", () => {
  it.each([
    ["rows", "cpu"],
    ["unit", "cpu"],
    ["rows", "wasm"],
    ["unit", "wasm"],
  ] as const)("is the product of the rounded numbers: %s, %s", async (products, provider) => {
    const [rows, inner, columns] = [5, 37, 11];
    const { graph } = productGraph(inner, columns, true);
    toInt8(graph, plan(products));
    const weights = stored(random(1, inner * columns, 0.3), inner, columns);
    const bias = random(2, columns, 1);
    // One row of zeros, and rows of very different size where each has its own scale.
    const x = random(3, rows * inner, 1).map((value, i) =>
      Math.floor(i / inner) === 2 ? 0 : products === "rows" ? value * 10 ** (Math.floor(i / inner) - 2) : value,
    );
    const session = await openGraph(graph, new Map([...weights, ["b", { shape: [columns], data: bias }]]), { provider });
    const { y } = await runOnce(session, { x: { type: "float32", shape: [rows, inner], data: x } });
    await session.release();
    const expected = integerProduct(x, weights.get("w")!.data as Uint8Array, weights.get("w.scale")!.data, inner, products);
    for (const [i, value] of expected.entries()) {
      const sum = value + bias[i % columns];
      expect(Math.abs(Number(y[i]) - sum)).toBeLessThanOrEqual(2e-6 * Math.max(1, Math.abs(sum)));
    }
    // It is no float32 product in disguise: that of the same weights differs.
    expect(y.some((value, i) => Math.abs(Number(value) - bias[i % columns] - exact(x, weights, inner)[i]) > 1e-4)).toBe(true);
  });

  it.each(["cpu", "wasm"] as const)("holds sums of the largest numbers, of either sign, on %s: nothing saturates", async (provider) => {
    const [inner, columns] = [4096, 8];
    const { graph } = productGraph(inner, columns, false);
    toInt8(graph, plan("unit"));
    const w = Float32Array.from({ length: inner * columns }, (_, i) => (i % columns < 4 ? 1 : -1));
    const session = await openGraph(graph, stored(w, inner, columns), { provider });
    const { y } = await runOnce(session, {
      x: { type: "float32", shape: [2, inner], data: new Float32Array(2 * inner).fill(1).fill(-1, inner) },
    });
    await session.release();
    for (const [i, value] of y.entries()) expect(Number(value)).toBeCloseTo((i % columns < 4 ? 1 : -1) * (i < columns ? inner : -inner), 2);
  });

  it("gives a row the same bits whatever else is in the batch", async () => {
    const [inner, columns] = [48, 20];
    const { graph } = productGraph(inner, columns, false);
    toInt8(graph, plan("rows"));
    const session = await openGraph(graph, stored(random(5, inner * columns, 2), inner, columns));
    const row = fc.array(fc.oneof(fc.float({ noNaN: true, min: -1e6, max: 1e6 }), fc.constantFrom(0, -0, 1e-38, 3e30)), {
      minLength: inner,
      maxLength: inner,
    });
    const run = async (rows: readonly (readonly number[])[]): Promise<Float32Array> =>
      (await runOnce(session, { x: { type: "float32", shape: [rows.length, inner], data: Float32Array.from(rows.flat()) } }))
        .y as Float32Array;
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 2, maxLength: 9 }), async (rows) => {
        const together = await run(rows);
        for (const [i, own] of rows.entries()) {
          expect(together.subarray(i * columns, (i + 1) * columns)).toEqual(await run([own]));
        }
        expect(together.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 40 },
    );
    await session.release();
  });
});

/** The product with the weights that the eight bits stand for, and x as it is. */
function exact(x: Float32Array, weights: ReadonlyMap<string, StoredTensor>, inner: number): number[] {
  const [q, scales] = [weights.get("w")!.data, weights.get("w.scale")!.data];
  const columns = scales.length;
  return Array.from({ length: x.length / inner }, (_, row) =>
    Array.from({ length: columns }, (__, column) =>
      Array.from({ length: inner }, (___, k) => x[row * inner + k] * (q[k * columns + column] - 128) * scales[column]).reduce(
        (a, b) => a + b,
      ),
    ),
  ).flat();
}

describe("quantised weights", () => {
  it("are within half a step of what they were, by their own row's or column's largest number", () => {
    const numbers = fc.array(fc.float({ noNaN: true, min: -100, max: 100 }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(numbers, fc.constantFrom(0, 1), (list, axis) => {
        const w = Float32Array.from(list);
        const { data, scales } = quantize(w, [3, 4], axis);
        for (const [i, value] of w.entries()) {
          const place = axis === 0 ? Math.floor(i / 4) : i % 4;
          const group = w.filter((_, j) => (axis === 0 ? Math.floor(j / 4) : j % 4) === place);
          const largest = Math.max(...group.map(Math.abs));
          if (largest > 1e-30) expect(scales[place]).toBe(fround(largest / 127));
          expect(Math.abs((data[i] - 128) * scales[place] - value)).toBeLessThanOrEqual(Math.max(0.5001 * scales[place], 1e-30));
        }
      }),
    );
  });

  it("hold numbers too small for a scale of their own", () => {
    const { data, scales } = quantize(Float32Array.of(1e-45, 0, 0, 0), [2, 2], 0);
    expect([...scales].every((scale) => scale > 0)).toBe(true);
    expect([...data]).toEqual([128, 128, 128, 128]);
  });
});

it("half-precision weights are the same graph with rounded weights, in a loop's body too", async () => {
  const [steps, width] = [4, 6];
  const graph = new Graph("loop");
  const x = graph.input("x", "float32", [steps, 2, width]);
  const w = graph.external("w", "float32", [width, width]);
  const start = graph.input("h", "float32", [2, width]);
  const done = scan(([h], [element]) => ({ states: [gemm(h, w, element)], outputs: [] }), [start], [x]);
  graph.output("y", done.states[0]);
  toFloat16(graph);
  const weights = random(7, width * width, 0.4);
  const bits = Uint16Array.from(weights, float16Bits);
  const feeds = {
    x: { type: "float32", shape: [steps, 2, width], data: random(8, steps * 2 * width, 1) },
    h: { type: "float32", shape: [2, width], data: random(9, 2 * width, 1) },
  } as const;
  const session = await openGraph(graph, new Map([["w", { shape: [width, width], data: bits }]]));
  const { y } = await runOnce(session, feeds);
  await session.release();
  let h = Array.from(feeds.h.data);
  for (let t = 0; t < steps; t++) {
    h = h.map((_, i) => {
      const [row, column] = [Math.floor(i / width), i % width];
      const sum = Array.from({ length: width }, (__, k) => h[row * width + k] * half(bits[k * width + column])).reduce((a, b) => a + b);
      return sum + feeds.x.data[t * 2 * width + i];
    });
  }
  for (const [i, value] of h.entries()) expect(Math.abs(Number(y[i]) - value)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(value)));
  expect(bits.some((each, i) => half(each) !== weights[i])).toBe(true);
});
