import { Graph, type Value, abs, attachGradient, gradients, mul, reduceSum, scan, sign, split } from "@s2s/graph-builder";
import { expect, it } from "vitest";
import { runGraph } from "../support/run-graph.ts";

/** Straight-through estimator (Bengio et al. 2013): the sign of x, with the gradient of x. The operator itself has none. */
const straightThrough = (x: Value): Value => {
  const y = sign(abs(x));
  attachGradient(y, [x], (g) => [g]);
  return y;
};

const weights = [1, 2, 3, 4, 5, 6];
const feeds = { x: { type: "float64", shape: [3, 2], data: Float64Array.of(-1, 2, -3, 4, -5, 6) } } as const;

it("takes the place of the gradients of all nodes in between, also of those that have none", async () => {
  const graph = new Graph("g");
  const x = graph.input("x", "float64", [3, 2]);
  const loss = reduceSum(mul(straightThrough(x), graph.constant("float64", [3, 2], weights)));
  graph.output("gradient", gradients(loss, [x])[0]);
  expect([...(await runGraph(graph, feeds)).gradient]).toEqual(weights);
});

it("does so in a loop, on values that do not depend on the state", async () => {
  const graph = new Graph("g");
  const x = graph.input("x", "float64", [3, 2]);
  const c = graph.constant("float64", [3, 2], weights);
  const { outputs } = scan((_, [row, factor]) => ({ states: [], outputs: [mul(straightThrough(row), factor)] }), [], [x, c]);
  graph.output("gradient", gradients(reduceSum(outputs[0]), [x])[0]);
  expect([...(await runGraph(graph, feeds)).gradient]).toEqual(weights);
});

it("is refused for one of several outputs", () => {
  const [part] = split(new Graph("g").input("x", "float32", [4]), [1, 3], 0);
  expect(() => attachGradient(part, [], () => [])).toThrow("split: only the single output of a node can have a gradient attached");
});
