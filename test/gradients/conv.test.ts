import { Graph, type Operator, type Rule, gradientRules, gradients, mul, reduceSum } from "@s2s/graph-builder";
import { afterEach, describe, expect, it, vi } from "vitest";
import { checkGradient, numbers } from "../support/check-gradient.ts";
import { type Feeds, type Results, runGraph } from "../support/run-graph.ts";
import { type LoweredCase, loweredCases } from "./cases/conv.ts";

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Value and gradients of a weighted sum of squares in float32. */
async function run(
  { shapes, declared = shapes, build }: LoweredCase,
  lowering: "operator" | "patches",
): Promise<{ results: Results; operators: Set<string> }> {
  const graph = new Graph(lowering);
  const inputs = declared.map((shape, i) => graph.input(`x${i}`, "float32", shape));
  const made = build(inputs, lowering);
  const y = Array.isArray(made) ? made[0] : made;
  const found = gradients(reduceSum(mul(mul(y, y), 0.5)), inputs);
  graph.output("y", y);
  for (const [i, gradient] of found.entries()) graph.output(`g${i}`, gradient);
  const feeds: Feeds = Object.fromEntries(
    shapes.map((shape, i) => [`x${i}`, { type: "float32", shape, data: Float32Array.from(numbers(size(shape), i + 1)) }]),
  );
  const operators = new Set(graph.nodes.map((node) => node.op));
  return { results: await runGraph(graph, feeds), operators };
}

afterEach(() => vi.restoreAllMocks());

for (const [operator, cases] of Object.entries(loweredCases) as [Operator, Record<string, LoweredCase>][]) {
  describe(`gradient of ${operator}`, () => {
    for (const [name, check] of Object.entries(cases)) {
      it(`${name}: its lowering, in float64`, () => checkGradient({ ...check, build: (inputs) => check.build(inputs, undefined) }));

      it(`${name}: the operator as its lowering, in float32`, async () => {
        const rule = vi.spyOn(gradientRules as Record<string, Rule>, operator);
        const [found, expected] = [await run(check, "operator"), await run(check, "patches")];
        expect(rule).toHaveBeenCalled();
        expect(found.operators).toContain(operator);
        expect(expected.operators).not.toContain(operator);
        for (const [key, values] of Object.entries(expected.results)) {
          expect(found.results[key].length).toBe(values.length);
          for (const [i, value] of values.entries()) {
            const scale = Math.max(1, Math.abs(Number(value)));
            expect(Math.abs(Number(found.results[key][i]) - Number(value)) / scale, `${key}[${i}]`).toBeLessThanOrEqual(1e-5);
          }
        }
      });
    }
  });
}
