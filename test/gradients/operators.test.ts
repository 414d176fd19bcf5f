import {
  Graph,
  type Operator,
  type Rule,
  ShapeError,
  cond,
  emit,
  gradientRules,
  gradients,
  greater,
  less,
  loop,
  mul,
  reduceSum,
  scalar,
} from "@s2s/graph-builder";
import { describe, expect, it, vi } from "vitest";
import { checkGradient } from "../support/check-gradient.ts";
import type { OperatorCases } from "./cases/case.ts";
import { loweredCases, maxPoolCases } from "./cases/conv.ts";
import { elementwiseCases } from "./cases/elementwise.ts";
import { indexCases } from "./cases/index-ops.ts";
import { loopCases } from "./cases/loop.ts";
import { matmulCases } from "./cases/matmul.ts";
import { movementCases } from "./cases/movement.ts";
import { reduceCases } from "./cases/reduce.ts";

const cases: OperatorCases = {
  ...elementwiseCases,
  ...matmulCases,
  ...movementCases,
  ...reduceCases,
  ...indexCases,
  ...loopCases,
  ...maxPoolCases,
};

for (const [operator, checks] of Object.entries(cases)) {
  describe(`gradient of ${operator}`, () => {
    for (const [name, check] of Object.entries(checks)) {
      it(name, async () => {
        const rule = vi.spyOn(gradientRules as Record<string, Rule>, operator);
        await checkGradient(check);
        expect(rule).toHaveBeenCalled();
        rule.mockRestore();
      });
    }
  });
}

/** Without a float64 kernel: checked in conv.test.ts, against their lowering. */
const LOWERED = new Set<string>(Object.keys(loweredCases));
/** Operators of inference graphs, whose rule says what to use instead. */
const REFUSED = new Set<Operator>(["GRU", "If", "LSTM", "Loop", "RNN"]);

it.each([
  ["RNN", 1],
  ["GRU", 3],
  ["LSTM", 4],
] as const)("%s refuses, and says what to use", (operator, gates) => {
  const graph = new Graph("refused");
  const x = graph.input("x", "float32", [5, 2, 3]);
  const [w, r] = [graph.input("w", "float32", [1, 4 * gates, 3]), graph.input("r", "float32", [1, 4 * gates, 4])];
  const [y] = emit(operator, [x, w, r], { hidden_size: 4, direction: "forward" }, [{ type: "float32", shape: [5, 1, 2, 4] }]);
  expect(() => gradients(reduceSum(y), [x])).toThrow(
    new ShapeError(`${operator} (${operator.toLowerCase()}) is for inference graphs and has no gradient: use the \`recurrent\` layer`),
  );
});

it("a choice and a loop that ends by itself refuse, also what they take from around them", () => {
  const graph = new Graph("refused");
  const x = graph.input("x", "float32", []);
  const refusal = (what: string, instead: string) =>
    new ShapeError(`${what} is for inference graphs and has no gradient: use \`${instead}\``);
  const [y] = cond(
    greater(x, 0),
    () => [mul(x, 2)],
    () => [mul(x, 3)],
  );
  expect(() => gradients(y, [x])).toThrow(refusal("If (if)", "where"));
  const { states } = loop(([z], index) => ({ states: [mul(z, x)], more: less(index, 3) }), [scalar(x, 1)], {
    most: graph.constant("int64", [], [9]),
    length: "T",
  });
  expect(() => gradients(states[0], [x])).toThrow(refusal("Loop (loop.1)", "scan"));
});

it("every operator with a rule has a check", () => {
  const ruled = Object.entries(gradientRules).flatMap(([operator, rule]) => (rule ? [operator as Operator] : []));
  expect(ruled.filter((operator) => !cases[operator] && !LOWERED.has(operator) && !REFUSED.has(operator))).toEqual([]);
});
