import { type Dim, type FloatType, Graph, type Shape, type Value, add, cast, emitOne, gradients, mul, reduceSum } from "@s2s/graph-builder";
import { expect } from "vitest";
import { type Tensor, runGraph } from "./run-graph.ts";

/** Reproducible numbers in (low, high), pairwise distinct (so that maxima have no ties). */
export function numbers(size: number, seed: number, low = -1, high = 1): Float64Array {
  let state = (seed * 2654435761) >>> 0;
  return Float64Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), 2246822519) >>> 0;
    return low + ((high - low) * (mixed + 0.5)) / 2 ** 32;
  });
}

export interface GradientCheck {
  /** Shapes of the differentiated inputs. */
  readonly shapes: readonly (readonly number[])[];
  /** Those shapes as the graph is told them, where it is to know symbols only: ["T", "B", 4]. */
  readonly declared?: readonly Shape[];
  /** Other inputs: indices, masks. */
  readonly others?: Readonly<Record<string, Tensor & { readonly declared?: Shape }>>;
  readonly low?: number;
  readonly high?: number;
  readonly build: (inputs: Value[], others: Record<string, Value>) => Value | Value[];
  readonly tolerance?: number;
  readonly seed?: number;
  /** See `GraphOptions`. */
  readonly singleThreaded?: boolean;
  /** Only numbers that float32 has, and a step that keeps them so: for functions that are linear and round. */
  readonly exact?: boolean;
  /** Changes the finished graph before it runs: a lowering under test. */
  readonly lower?: (graph: Graph) => Graph;
}

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

function symbolSizes(pairs: readonly (readonly [Shape, readonly number[]])[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const [told, actual] of pairs) for (const [i, dim] of told.entries()) if (typeof dim === "string") sizes.set(dim, actual[i]);
  return sizes;
}

/** A dimension in numbers: a symbol, a product, a sum in parentheses. */
function sizeOf(dim: Dim, sizes: ReadonlyMap<string, number>): number {
  const added = /^\((.+)\)$/.exec(String(dim));
  if (added) return added[1].split(/(?=[+-])/).reduce((total, term) => total + sizeOf(term.replace("+", ""), sizes), 0);
  return size(
    String(dim)
      .split("*")
      .map((part) => sizes.get(part) ?? Number(part)),
  );
}

/**
 * One directional check serves every operator, layer and model: for random v and a random weighting of the outputs,
 * <v, gradient> must equal the central difference (L(x + hv) - L(x - hv)) / 2h in float64.
 */
export async function checkGradient(check: GradientCheck): Promise<void> {
  const { shapes, declared = shapes, others = {}, low, high, tolerance = 1e-7, seed = 1, exact = false, lower = (graph) => graph } = check;
  const type: FloatType = "float64";
  const graph = new Graph("check", null, { singleThreaded: check.singleThreaded ?? false });
  const inputs = declared.map((shape, i) => graph.input(`x${i}`, type, shape));
  const extra = Object.fromEntries(
    Object.entries(others).map(([name, tensor]) => [name, graph.input(name, tensor.type, tensor.declared ?? tensor.shape)]),
  );
  const sizes = symbolSizes([
    ...shapes.map((shape, i) => [declared[i], shape] as const),
    ...Object.values(others).map((tensor) => [tensor.declared ?? tensor.shape, tensor.shape] as const),
  ]);
  const made = check.build(inputs, extra);
  const parts = (Array.isArray(made) ? made : [made]).map((y, i) => {
    const actual = y.shape.map((dim) => sizeOf(dim, sizes));
    const weights = graph.constant(type, actual, numbers(size(actual), seed * 100 + i));
    // Told the symbols again, so that the product's shapes agree.
    const fitting = emitOne("Reshape", [weights, graph.constant("int64", [actual.length], actual)], {}, type, y.shape);
    return reduceSum(mul(cast(y, type), fitting));
  });
  const loss = parts.reduce((a, b) => add(a, b));
  const found = gradients(loss, inputs);
  graph.output("loss", loss);
  for (const [i, gradient] of found.entries()) graph.output(`g${i}`, gradient);
  const final = lower(graph);

  const rounded = (data: Float64Array): Float64Array => (exact ? data.map((n) => Math.round(n * 2 ** 8) / 2 ** 8) : data);
  const x = shapes.map((shape, i) => rounded(numbers(size(shape), seed * 10 + i, low, high)));
  const v = shapes.map((shape, i) => rounded(numbers(size(shape), seed * 1000 + i)));
  const h = exact ? 2 ** -2 : 1e-5;
  const feeds = (step: number): Record<string, Tensor> => ({
    ...others,
    ...Object.fromEntries(shapes.map((shape, i) => [`x${i}`, { type, shape, data: x[i].map((n, k) => n + step * v[i][k]) }])),
  });
  const [at, plus, minus] = await runGraph(final, feeds(0), feeds(h), feeds(-h));
  for (const [i] of shapes.entries()) expect(at[`g${i}`].length).toBe(x[i].length);
  const inner = shapes.reduce((sum, _, i) => sum + x[i].reduce((s, _n, k) => s + Number(at[`g${i}`][k]) * v[i][k], 0), 0);
  const difference = (Number(plus.loss[0]) - Number(minus.loss[0])) / (2 * h);
  expect(Math.abs(difference), "the direction must matter").toBeGreaterThan(1e-6);
  expect(
    Math.abs(inner - difference) / Math.max(Math.abs(difference), 1e-3),
    `<v, gradient> ${inner}, difference ${difference}`,
  ).toBeLessThanOrEqual(tolerance);
}
