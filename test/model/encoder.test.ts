import { CELLS, Graph, Scope } from "@s2s/graph-builder";
import type { EncoderConfig } from "@s2s/runtime/manifest";
import { describe, expect, it } from "vitest";
import { encoder } from "../../packages/graph-builder/src/models/encoder.ts";
import { REFERENCE_CELLS } from "../../packages/parity/src/reference/cells.ts";
import { Parameters } from "../../packages/parity/src/reference/parameters.ts";
import { type Layer, runStack } from "../../packages/parity/src/reference/stack.ts";
import { numbers } from "../support/check-gradient.ts";
import { type Numbers, type Tensor, runGraph } from "../support/run-graph.ts";
import { weightsOf } from "../support/seq2seq.ts";

const [E, H] = [4, 3];
const LENGTHS = [5, 1, 4];
const [S, B, MORE] = [6, LENGTHS.length, 2];

const plain: EncoderConfig = { cell: "gru", hidden: H, layers: 2, bidirectional: false, reverseSource: false, residual: false };
const configs: Record<string, EncoderConfig> = {
  plain,
  "reversed source": { ...plain, reverseSource: true },
  residual: { ...plain, layers: 3, residual: true },
  "residual, both directions, reversed source": {
    ...plain,
    cell: "lstm",
    layers: 3,
    residual: true,
    bidirectional: true,
    reverseSource: true,
  },
};

const float64 = (shape: readonly number[], seed: number): Tensor => ({
  type: "float64",
  shape,
  data: numbers(
    shape.reduce((a, b) => a * b, 1),
    seed,
  ),
});
/** Row [t, b] of [T, B, width]. */
const row = (data: Numbers, t: number, b: number, width: number): number[] =>
  Array.from(data.subarray((t * B + b) * width, (t * B + b + 1) * width) as Float64Array);

function expectClose(found: readonly number[], expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of Array.from(expected).entries()) expect(Math.abs(found[i] - value)).toBeLessThan(1e-12);
}

describe.each(Object.entries(configs))("the encoder, %s", (_name, config) => {
  const { cell, layers, bidirectional, reverseSource, residual } = config;
  const width = bidirectional ? 2 * H : H;

  it("gives every step's output in the source's order, each layer's last state and the last output", async () => {
    const graph = new Graph("encoder");
    const scope = new Scope(graph, { type: "float64", parameters: "inputs" });
    const encode = encoder(scope, E, config);
    const found = encode(graph.input("x", "float64", ["S", "B", E]), graph.input("lengths", "int32", ["B"]));
    const { outputs, summary, states, onwards } = found;
    graph.output("outputs", outputs);
    graph.output("summary", summary);
    for (const [i, part] of states.flat().entries()) graph.output(`state.${i}`, part);
    expect(onwards !== null).toBe(!bidirectional && !reverseSource);
    if (onwards) {
      const more = graph.input("more", "float64", [MORE, "B", E]);
      graph.output("more.outputs", onwards.run(more, onwards.states));
      graph.output("more.output", onwards.step(onwards.last, onwards.states).output);
    }
    const weights = weightsOf(
      scope.parameters.map(({ spec }) => spec),
      "float64",
    );
    const x = float64([S, B, E], 1);
    const more = float64([MORE, B, E], 2);
    const results = await runGraph(graph, { x, more, lengths: { type: "int32", shape: [B], data: Int32Array.from(LENGTHS) }, ...weights });

    const parameters = new Parameters(
      new Map(Object.entries(weights).map(([name, { shape, data }]) => [name, { shape, data: data as Float64Array }])),
    );
    const make = (name: string) => REFERENCE_CELLS[cell](parameters, name);
    const stack = Array.from({ length: layers }, (_, i): Layer =>
      bidirectional ? [make(`layers.${i}`), make(`layers.${i}.backward`)] : [make(`layers.${i}`)],
    );
    const read = (data: Numbers, steps: number, b: number) =>
      Array.from({ length: steps }, (_, t) => Float64Array.from(row(data, t, b, E)));
    for (const [b, length] of LENGTHS.entries()) {
      const sequence = read(x.data, length, b);
      const expected = runStack(stack, reverseSource ? sequence.toReversed() : sequence, residual);
      const inOrder = reverseSource ? expected.outputs.toReversed() : expected.outputs;
      for (const [t, output] of inOrder.entries()) expectClose(row(results.outputs, t, b, width), output);
      for (const [i, part] of expected.finals.flat().entries()) expectClose(row(results[`state.${i}`], 0, b, width), part);
      // The forward half has read everything at the last step that was read, the backward half at the first.
      const [first, last] = [expected.outputs[0], expected.outputs.at(-1)!];
      expectClose(row(results.summary, 0, b, width), [...last.subarray(0, H), ...first.subarray(H)]);
      if (onwards) {
        const longer = runStack(stack, [...sequence, ...read(more.data, MORE, b)], residual).outputs.slice(length);
        for (const [t, output] of longer.entries()) expectClose(row(results["more.outputs"], t, b, width), output);
        const again = runStack(stack, [...sequence, sequence.at(-1)!], residual).outputs.at(-1)!;
        expectClose(row(results["more.output"], 0, b, width), again);
      }
    }
  });
});

it("has as many states as its cell has parts, in each layer", () => {
  for (const cell of Object.keys(CELLS) as EncoderConfig["cell"][]) {
    const graph = new Graph("encoder");
    const encode = encoder(new Scope(graph, { type: "float32", parameters: "external" }), E, { ...plain, cell });
    const { states } = encode(graph.input("x", "float32", ["S", "B", E]), graph.input("lengths", "int32", ["B"]));
    expect(states.map((parts) => parts.length)).toEqual([CELLS[cell].parts.length, CELLS[cell].parts.length]);
  }
});
