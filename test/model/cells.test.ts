import {
  CELLS,
  type FloatType,
  Graph,
  Scope,
  type ScopeOptions,
  type Value,
  add,
  concat,
  gradients,
  mul,
  recurrent,
  reduceSum,
} from "@s2s/graph-builder";
import type { CellName } from "@s2s/runtime/manifest";
import { describe, expect, it } from "vitest";
import { REFERENCE_CELLS } from "../../packages/parity/src/reference/cells.ts";
import { Parameters } from "../../packages/parity/src/reference/parameters.ts";
import { type Layer, runStack } from "../../packages/parity/src/reference/stack.ts";
import { numbers } from "../support/check-gradient.ts";
import { type Numbers, type Tensor, runGraph } from "../support/run-graph.ts";
import { embedWeights, weightsOf } from "../support/seq2seq.ts";

const [E, H] = [4, 5];
/** Of each sequence of the batch. */
const LENGTHS = [6, 1, 4];
const [T, B] = [6, LENGTHS.length];

interface Stack {
  readonly layers: number;
  readonly bidirectional?: boolean;
  readonly residual?: boolean;
  /** Whether sequences end at their own lengths, or all at the last step. */
  readonly lengths?: boolean;
}

const stacks: Record<string, Stack> = {
  "one layer": { layers: 1 },
  "one layer, lengths": { layers: 1, lengths: true },
  "both directions": { layers: 1, bidirectional: true },
  "two layers, both directions, lengths": { layers: 2, bidirectional: true, lengths: true },
  "three residual layers, lengths": { layers: 3, residual: true, lengths: true },
  "two residual layers, both directions, lengths": { layers: 2, residual: true, bidirectional: true, lengths: true },
};

function floats(type: FloatType, shape: readonly number[], seed: number): Tensor {
  const data = numbers(
    shape.reduce((a, b) => a * b, 1),
    seed,
  );
  return { type, shape, data: type === "float64" ? data : Float32Array.from(data) };
}

/** What both sides are given: inputs, weights, and how the outputs and final states weigh in the loss whose gradients are compared. */
function given(cell: CellName, { layers, bidirectional = false }: Stack, type: FloatType) {
  const width = H * (bidirectional ? 2 : 1);
  const { parts } = CELLS[cell];
  return {
    x: floats(type, [T, B, E], 1),
    dOutputs: floats(type, [T, B, width], 2),
    dStates: Array.from({ length: layers }, (_, layer) => parts.map((_part, i) => floats(type, [B, width], 10 + layer * parts.length + i))),
  };
}

type Given = ReturnType<typeof given>;

function trace(cell: CellName, stack: Stack, options: ScopeOptions) {
  const graph = new Graph("cells");
  const scope = new Scope(graph, options);
  const x = graph.input("x", options.type, ["T", "B", E]);
  const lengths = stack.lengths ? graph.input("lengths", "int32", ["B"]) : null;
  const { outputs, states } = recurrent(scope, { cell, inputs: E, hidden: H, ...stack }).run(x, null, lengths);
  graph.output("outputs", outputs);
  for (const [i, part] of states.flat().entries()) graph.output(`state.${i}`, part);
  return { graph, scope, x, outputs, states };
}

const feedsOf = ({ x, dOutputs, dStates }: Given): Record<string, Tensor> => ({
  x,
  lengths: { type: "int32", shape: [B], data: Int32Array.from(LENGTHS) },
  dOutputs,
  ...Object.fromEntries(dStates.flat().map((d, i) => [`dState.${i}`, d])),
});

/** Row [t, b] of a tensor of vectors [T, B, W], or row [b] of [B, W] with t 0. */
const row = ({ data, shape }: Pick<Tensor, "data" | "shape">, t: number, b: number): Float64Array => {
  const width = shape.at(-1)!;
  return Float64Array.from(data.subarray((t * B + b) * width, (t * B + b + 1) * width) as Float64Array);
};

/** One sequence after another, each by itself: what the reference gives for it, and its gradients once `back` is called. */
function reference(cell: CellName, { layers, bidirectional, residual, lengths }: Stack, weights: Record<string, Tensor>) {
  const parameters = new Parameters(
    new Map(Object.entries(weights).map(([name, { shape, data }]) => [name, { shape, data: data as Float64Array }])),
  );
  const make = (name: string) => REFERENCE_CELLS[cell](parameters, name);
  const layersOf = Array.from({ length: layers }, (_, i): Layer =>
    bidirectional ? [make(`${i}`), make(`${i}.backward`)] : [make(`${i}`)],
  );
  return {
    parameters,
    run: (x: Tensor) =>
      LENGTHS.map((length, b) => {
        const steps = lengths ? length : T;
        return {
          steps,
          b,
          ...runStack(
            layersOf,
            Array.from({ length: steps }, (_, t) => row(x, t, b)),
            residual,
          ),
        };
      }),
  };
}

function expectClose(found: ArrayLike<number | bigint>, expected: Float64Array, bound: number, what: string): void {
  expect(found.length, what).toBe(expected.length);
  for (const [i, value] of expected.entries())
    expect(Math.abs(Number(found[i]) - value) / Math.max(1, Math.abs(value)), `${what}, ${i}`).toBeLessThan(bound);
}

function expectSame(results: Record<string, Numbers>, runs: ReturnType<ReturnType<typeof reference>["run"]>, bound: number): void {
  for (const { b, steps, outputs, finals } of runs) {
    const width = outputs[0].length;
    for (let t = 0; t < steps; t += 1)
      expectClose(row({ data: results.outputs, shape: [T, B, width] }, t, b), outputs[t], bound, `sequence ${b}, step ${t}`);
    for (const [i, part] of finals.flat().entries())
      expectClose(row({ data: results[`state.${i}`], shape: [B, width] }, 0, b), part, bound, `sequence ${b}, state ${i}`);
  }
}

/** Scales of a normalisation are 1 at first, which would hide where they belong. */
const weightsFor = (scope: Scope, type: FloatType): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(
      weightsOf(
        scope.parameters.map(({ spec }) => spec),
        type,
      ),
    ).map(([name, tensor], i) => [name, /\.(s[xhc]|b|bc)$/.test(name) ? floats(type, tensor.shape, 50 + i) : tensor]),
  );

describe.each(Object.keys(CELLS) as CellName[])("%s", (cell) => {
  describe.each(Object.entries(stacks))("%s", (_name, stack) => {
    it("trains as the equations say, forward and backward, float64", async () => {
      const { graph, scope, x, outputs, states } = trace(cell, stack, { type: "float64", parameters: "inputs" });
      const data = given(cell, stack, "float64");
      const weigh = (value: Value, name: string): Value => reduceSum(mul(value, graph.input(name, "float64", value.shape)));
      // What lies behind a sequence's end has no meaning: the reference has nothing there.
      const masked = {
        ...data.dOutputs,
        data: data.dOutputs.data.map((d, i) => (stack.lengths && ended(data.dOutputs, i) ? 0 : d) as never),
      };
      const loss = [weigh(outputs, "dOutputs"), ...states.flat().map((part, i) => weigh(part, `dState.${i}`))].reduce((a, b) => add(a, b));
      const values = scope.parameters;
      const found = gradients(loss, [x, ...values.map(({ value }) => value)]);
      graph.output("gradient.x", found[0]);
      for (const [i, { spec }] of values.entries()) graph.output(`gradient.${spec.name}`, found[i + 1]);
      const weights = weightsFor(scope, "float64");
      const results = await runGraph(graph, { ...feedsOf({ ...data, dOutputs: masked }), ...weights });

      const { parameters, run } = reference(cell, stack, weights);
      const runs = run(data.x);
      expectSame(results, runs, 1e-12);
      for (const { b, steps, back } of runs) {
        const dxs = back(
          Array.from({ length: steps }, (_, t) => row(data.dOutputs, t, b)),
          data.dStates.map((parts) => parts.map((part) => row(part, 0, b))),
        );
        for (let t = 0; t < T; t += 1)
          expectClose(
            row({ data: results["gradient.x"], shape: [T, B, E] }, t, b),
            dxs[t] ?? new Float64Array(E),
            1e-11,
            `dx ${t} of sequence ${b}`,
          );
      }
      for (const [name, gradient] of parameters.takeGradients())
        expectClose(results[`gradient.${name}`] as Float64Array, gradient, 1e-11, name);
    });

    it.each(["operator", "loop"] as const)("runs as the equations say where it is used, as %s, float32", async (recurrence) => {
      const { graph, scope } = trace(cell, stack, { type: "float32", parameters: "external", recurrence });
      const operators = new Set(graph.nodes.map(({ op }) => op));
      const fused = recurrence === "operator" && cell !== "layer-norm-lstm";
      expect(["RNN", "GRU", "LSTM"].some((op) => operators.has(op as "RNN"))).toBe(fused);
      expect(operators.has("Scan")).toBe(!fused);
      const weights = weightsFor(scope, "float32");
      embedWeights(graph, weights);
      const data = given(cell, stack, "float32");
      expectSame(await runGraph(graph, feedsOf(data)), reference(cell, stack, weights).run(data.x), 2e-6);
    });
  });

  it.each([
    { type: "float64", parameters: "inputs" },
    { type: "float32", parameters: "external", recurrence: "operator" },
    { type: "float32", parameters: "external", recurrence: "loop" },
  ] as const)("goes on from given states: %o", async (options) => {
    const stack = { layers: 2, residual: true };
    const graph = new Graph("onwards");
    const scope = new Scope(graph, options);
    const layers = recurrent(scope, { cell, inputs: E, hidden: H, ...stack });
    const before = layers.run(graph.input("first", options.type, [2, "B", E]), null, null);
    const { outputs, last, states } = layers.run(graph.input("rest", options.type, [T - 2, "B", E]), before.states, null);
    graph.output("outputs", concat([before.outputs, outputs], 0));
    graph.output("last", last);
    for (const [i, part] of states.flat().entries()) graph.output(`state.${i}`, part);
    const { x } = given(cell, stack, options.type);
    const cut = 2 * B * E;
    const weights = weightsFor(scope, options.type);
    embedWeights(graph, weights);
    const results = await runGraph(graph, {
      first: { type: options.type, shape: [2, B, E], data: x.data.slice(0, cut) },
      rest: { type: options.type, shape: [T - 2, B, E], data: x.data.slice(cut) },
      ...weights,
    });
    const runs = reference(cell, stack, weights).run(x);
    const bound = options.type === "float64" ? 1e-12 : 2e-6;
    expectSame(results, runs, bound);
    for (const { b, outputs: all } of runs)
      expectClose(row({ data: results.last, shape: [B, H] }, 0, b), all.at(-1)!, bound, `sequence ${b}`);
  });

  it("comes to the same step by step", async () => {
    const stack = { layers: 3, residual: true };
    const graph = new Graph("steps");
    const scope = new Scope(graph, { type: "float64", parameters: "inputs" });
    const layers = recurrent(scope, { cell, inputs: E, hidden: H, ...stack });
    const zeros: Tensor = { type: "float64", shape: [B, H], data: new Float64Array(B * H) };
    let states: readonly (readonly Value[])[] = Array.from({ length: stack.layers }, (_, layer) =>
      CELLS[cell].parts.map((part) => graph.input(`start.${layer}.${part}`, "float64", ["B", H])),
    );
    const start = Object.fromEntries(states.flat().map(({ name }) => [name, zeros]));
    for (let t = 0; t < T; t += 1) {
      const step = layers.step(graph.input(`x.${t}`, "float64", ["B", E]), states);
      graph.output(`output.${t}`, step.output);
      ({ states } = step);
    }
    const { x } = given(cell, stack, "float64");
    const inputs = Object.fromEntries(
      Array.from({ length: T }, (_, t) => [
        `x.${t}`,
        { type: "float64", shape: [B, E], data: x.data.subarray(t * B * E, (t + 1) * B * E) } as const,
      ]),
    );
    const weights = weightsFor(scope, "float64");
    const results = await runGraph(graph, { ...inputs, ...start, ...weights });
    for (const { b, outputs } of reference(cell, stack, weights).run(x))
      for (const [t, expected] of outputs.entries())
        expectClose(row({ data: results[`output.${t}`], shape: [B, H] }, 0, b), expected, 1e-12, `sequence ${b}, step ${t}`);
  });
});

/** Whether element i of [T, B, W] lies behind its sequence's end. */
const ended = ({ shape }: Tensor, i: number): boolean => {
  const at = Math.floor(i / shape[2]);
  return Math.floor(at / B) >= LENGTHS[at % B];
};
