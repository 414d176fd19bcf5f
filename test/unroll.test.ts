import {
  Graph,
  type Shape,
  ShapeError,
  type TracedGraph,
  type Value,
  add,
  gradients,
  mul,
  print,
  reduceSum,
  scan,
  tanh,
  traceGradients,
  unrollScans,
} from "@s2s/graph-builder";
import { describe, expect, it } from "vitest";
import { type Cell, attentionDecoder, gruCell, lstmCell, nestedLoops, stackedLoops } from "./support/cells.ts";
import { numbers } from "./support/check-gradient.ts";
import { type Feeds, type Tensor, runGraph } from "./support/run-graph.ts";
import { batchOf, models, pairs } from "./support/seq2seq.ts";

const cells: Record<string, Cell> = {
  LSTM: lstmCell,
  GRU: gruCell,
  "attention with input feeding": attentionDecoder,
  "loops on loops": stackedLoops,
  "a loop in a loop": nestedLoops,
};

/** Forward values and gradients of a weighted sum of squares. */
function traced(
  { shapes, build }: Cell,
  reverse: boolean,
  steps: number,
  declared: (shape: readonly number[]) => Shape,
): { graph: Graph; feeds: Feeds } {
  const graph = new Graph("lowering");
  const sized = shapes.map((shape) => shape.map((dim, axis) => (axis === 0 && dim === 5 ? steps : dim)));
  const inputs = sized.map((shape, i) => graph.input(`x${i}`, "float64", declared(shape)));
  const outputs = build(inputs, reverse);
  const loss = outputs.map((y, i) => reduceSum(mul(mul(y, y), i + 0.5))).reduce((a, b) => add(a, b));
  const found = gradients(loss, inputs);
  for (const [i, value] of [...outputs, ...found].entries()) graph.output(`y${i}`, value);
  const feeds = Object.fromEntries(
    sized.map(
      (shape, i) =>
        [
          `x${i}`,
          {
            type: "float64",
            shape,
            data: numbers(
              shape.reduce((a, b) => a * b, 1),
              i + 1,
            ),
          },
        ] as const,
    ),
  );
  return { graph, feeds };
}

const operators = (graph: Graph): Set<string> => new Set(graph.nodes.map((node) => node.op));

async function expectEqual(a: Graph, b: Graph, feeds: Feeds): Promise<void> {
  const [expected, found] = [await runGraph(a, feeds), await runGraph(b, feeds)];
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [name, values] of Object.entries(expected)) {
    expect(found[name].length).toBe(values.length);
    for (const [i, value] of values.entries())
      expect(Math.abs(Number(found[name][i]) - Number(value))).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(Number(value))));
  }
}

const fixed = (shape: readonly number[]): Shape => shape;
/** Time and batch as symbols. */
const symbolic = (shape: readonly number[]): Shape => shape.map((dim) => (dim === 8 ? "T" : dim === 2 ? "B" : dim));

describe("both lowerings of scan give the same values and gradients", () => {
  for (const [name, cell] of Object.entries(cells)) {
    for (const reverse of [false, true]) {
      it(`${name}${reverse ? ", reversed" : ""}`, async () => {
        const looped = traced(cell, reverse, 5, fixed);
        const unrolled = unrollScans(traced(cell, reverse, 5, fixed).graph);
        expect(operators(looped.graph)).toContain("Scan");
        expect(operators(unrolled)).not.toContain("Scan");
        await expectEqual(looped.graph, unrolled, looped.feeds);
      });

      it(`${name}, four steps a round${reverse ? ", reversed" : ""}`, async () => {
        const looped = traced(cell, reverse, 8, symbolic);
        const unrolled = unrollScans(traced(cell, reverse, 8, symbolic).graph, { factor: 4 });
        expect(operators(unrolled)).toContain("Scan");
        await expectEqual(looped.graph, unrolled, looped.feeds);
      });
    }
  }

  for (const [name, model] of Object.entries(models)) {
    it(`the model: ${name}`, async () => {
      const feeds: Record<string, Tensor> = { ...batchOf(pairs), scale: { type: "float64", shape: [], data: Float64Array.of(0.25) } };
      const [batch, source] = feeds.source.shape;
      const dims = { batch, source, target: feeds.target_input.shape[1] };
      const trace = (): TracedGraph => traceGradients({ model, type: "float64", dims });
      const looped = trace();
      for (const [i, { name: parameter, shape }] of looped.parameters.entries())
        feeds[parameter] = {
          type: "float64",
          shape,
          data: numbers(
            shape.reduce((a, b) => a * b, 1),
            i + 1,
          ),
        };
      const unrolled = unrollScans(trace().graph);
      expect(operators(unrolled)).not.toContain("Scan");
      await expectEqual(looped.graph, unrolled, feeds);
    });
  }

  it("one step", async () => {
    const looped = traced(lstmCell, false, 1, fixed);
    await expectEqual(looped.graph, unrollScans(traced(lstmCell, false, 1, fixed).graph), looped.feeds);
  });
});

const cumulative = (length: number | string): Graph => {
  const graph = new Graph("cumulative");
  const xs = graph.input("xs", "float32", [length, 4]);
  const total = scan(([sum], [x]) => ({ states: [add(sum, x)], outputs: [sum] }), [graph.input("zero", "float32", [4])], [xs], {
    name: "sums",
  });
  graph.output("before", total.outputs[0]);
  return graph;
};

describe("an unrolled loop", () => {
  it("cuts a sequence once and stacks an output once", () => {
    expect(print(unrollScans(cumulative(3)))).toMatchInlineSnapshot(`
      "cumulative(xs: float32[3, 4], zero: float32[4])
        gather: float32[4] = Gather(xs, 0, axis=0)
        gather.1: float32[4] = Gather(xs, 1, axis=0)
        add.1: float32[4] = Add(zero, gather)
        add.2: float32[4] = Add(add.1, gather.1)
        unsqueeze: float32[1, 4] = Unsqueeze(zero, [0])
        unsqueeze.1: float32[1, 4] = Unsqueeze(add.1, [0])
        unsqueeze.2: float32[1, 4] = Unsqueeze(add.2, [0])
        concat: float32[3, 4] = Concat(unsqueeze, unsqueeze.1, unsqueeze.2, axis=0)
        -> before=concat
      "
    `);
  });

  it("keeps the loop around several steps where a factor is given", () => {
    expect(print(unrollScans(cumulative("T"), { factor: 2 }))).toMatchInlineSnapshot(`
      "cumulative(xs: float32[T, 4], zero: float32[4])
        reshape: float32[T/2, 2, 4] = Reshape(xs, [-1, 2, 4])
        scan.2: float32[4], scan.3: float32[T/2, 2, 4] = Scan(zero, reshape)
          sums.1(sums.1.state: float32[4], sums.1.chunk: float32[2, 4])
            gather: float32[4] = Gather(sums.1.chunk, 0, axis=0)
            gather.1: float32[4] = Gather(sums.1.chunk, 1, axis=0)
            add.1: float32[4] = Add(sums.1.state, gather)
            add.2: float32[4] = Add(add.1, gather.1)
            unsqueeze: float32[1, 4] = Unsqueeze(sums.1.state, [0])
            unsqueeze.1: float32[1, 4] = Unsqueeze(add.1, [0])
            concat: float32[2, 4] = Concat(unsqueeze, unsqueeze.1, axis=0)
            -> add.2, concat
        reshape.1: float32[T, 4] = Reshape(scan.3, [-1, 4])
        -> before=reshape.1
      "
    `);
  });

  it("stacks nothing that only another unrolled loop cuts", () => {
    const graph = new Graph("chain");
    const xs = graph.input("xs", "float32", [3, 4]);
    const zero = graph.input("zero", "float32", [4]);
    const running = (sequence: Value): Value =>
      scan(([sum], [x]) => ({ states: [add(sum, x)], outputs: [tanh(sum)] }), [zero], [sequence]).outputs[0];
    graph.output("y", running(running(xs)));
    expect(unrollScans(graph).nodes.filter((node) => node.op === "Concat")).toHaveLength(1);
  });

  it("needs a length that is a number", () => {
    expect(() => unrollScans(cumulative("T"))).toThrow(
      new ShapeError("unroll: sums has T steps, which must be a number: trace the graph with lengths as numbers"),
    );
  });

  it("needs a length that the factor divides", () => {
    expect(() => unrollScans(cumulative(7), { factor: 4 })).toThrow(new ShapeError("unroll: sums has 7 steps, no multiple of 4"));
    expect(() => unrollScans(cumulative(7), { factor: 0 })).toThrow(new ShapeError("unroll: factor 0 is no positive integer"));
  });
});
