import {
  type Value,
  SCORES,
  type ScoreName,
  add,
  attention,
  coverageLoss,
  matmul,
  scan,
  softmax,
  squeeze,
  tanh,
  unsqueeze,
} from "@s2s/graph-builder";
import { describe, expect, it } from "vitest";
import { Graph, Scope, less, cast, range } from "@s2s/graph-builder";
import { numbers } from "../support/check-gradient.ts";
import { type LayerCheck, checkLayer } from "../support/check-layer.ts";
import { type Tensor, runGraph } from "../support/run-graph.ts";
import { weightsOf } from "../support/seq2seq.ts";

const [T, B, S] = [4, 3, 6];
const scores = Object.keys(SCORES) as ScoreName[];
/** Products compare vectors of one width. */
const widthsOf = (name: ScoreName) => ({ query: 5, memory: name === "dot" || name === "scaled-dot" ? 5 : 7 });
const lengths = { type: "int32", shape: [B], data: Int32Array.of(6, 2, 5), declared: ["B"] } as const;
/** [B, S] from lengths [B]. */
const maskOf = (of: Value, values: Value): Value =>
  cast(less(unsqueeze(range(of.graph, values.shape[1]), 0), unsqueeze(of, 1)), values.type);

const alone = (name: ScoreName, coverage: boolean): LayerCheck => {
  const { query, memory } = widthsOf(name);
  return {
    shapes: [[B, T, query], [B, S, memory], ...(coverage ? [[B, T, S]] : [])],
    declared: [["B", "T", query], ["B", "S", memory], ...(coverage ? [["B", "T", "S"]] : [])],
    others: { lengths },
    build: (scope, [queries, values, before = null], others) => {
      const layer = attention(scope, name, { query, memory, coverage });
      const { weights, context } = layer.attend(queries, layer.memory(values, maskOf(others.lengths, values)), before);
      return [weights, context];
    },
  };
};

/** The context enters the next query; what was attended to adds up. */
const looped = (name: ScoreName, coverage: boolean): LayerCheck => {
  const { query, memory } = widthsOf(name);
  return {
    shapes: [
      [T, B, query],
      [B, query],
      [B, S, memory],
      [memory, query],
      [B, S],
    ],
    declared: [
      ["T", "B", query],
      ["B", query],
      ["B", "S", memory],
      [memory, query],
      ["B", "S"],
    ],
    others: { lengths },
    build: (scope, [xs, h0, values, w, first], others) => {
      const layer = attention(scope, name, { query, memory, coverage });
      const held = layer.memory(values, maskOf(others.lengths, values));
      const { states, outputs } = scan(
        ([h, seen], [x]) => {
          const { weights, context } = layer.attend(unsqueeze(h, 1), held, coverage ? unsqueeze(seen, 1) : null);
          const now = squeeze(weights, 1);
          return { states: [tanh(add(add(matmul(squeeze(context, 1), w), h), x)), add(seen, now)], outputs: [now] };
        },
        [h0, softmax(first)],
        [xs],
      );
      return [...states, ...outputs];
    },
  };
};

describe.each(scores)("attention, %s", (name) => {
  for (const coverage of [false, true]) {
    it(`has the gradient of its weights and contexts${coverage ? ", with coverage" : ""}`, () => checkLayer(alone(name, coverage)));
    it(`has it in a loop${coverage ? ", with coverage" : ""}`, () => checkLayer(looped(name, coverage)));
  }

  it("gives padding a weight of exactly zero, whatever stands there, and the rest what it gets without padding", async () => {
    const { query, memory } = widthsOf(name);
    const [queries, values] = [numbers(B * T * query, 1, -3, 3), numbers(B * S * memory, 2, -3, 3)];
    for (const [b, length] of lengths.data.entries()) values.fill(1e4, (b * S + length) * memory, (b + 1) * S * memory);
    const run = async (rows: number[], steps: number) => {
      const graph = new Graph("attention");
      const scope = new Scope(graph, { type: "float32", parameters: "inputs" });
      const layer = attention(scope, name, { query, memory, coverage: false });
      const source = graph.input("values", "float32", ["B", "S", memory]);
      const real = graph.input("lengths", "int32", ["B"]);
      const { weights, context } = layer.attend(
        graph.input("queries", "float32", ["B", T, query]),
        layer.memory(source, maskOf(real, source)),
        null,
      );
      graph.output("weights", weights);
      graph.output("context", context);
      const part = (all: Float64Array, each: number, kept: number): Float32Array =>
        Float32Array.from(rows.flatMap((b) => [...all.subarray(b * each, b * each + kept)]));
      const feeds: Record<string, Tensor> = {
        queries: { type: "float32", shape: [rows.length, T, query], data: part(queries, T * query, T * query) },
        values: { type: "float32", shape: [rows.length, steps, memory], data: part(values, S * memory, steps * memory) },
        lengths: { type: "int32", shape: [rows.length], data: Int32Array.from(rows, (b) => lengths.data[b]) },
      };
      return runGraph(graph, {
        ...feeds,
        ...weightsOf(
          scope.parameters.map(({ spec }) => spec),
          "float32",
        ),
      });
    };
    const together = await run([0, 1, 2], S);
    for (const [b, length] of lengths.data.entries()) {
      const one = await run([b], length);
      for (let t = 0; t < T; t += 1) {
        const weights = [...together.weights.subarray((b * T + t) * S, (b * T + t + 1) * S)];
        expect(weights.slice(length)).toEqual(Array(S - length).fill(0));
        expect(weights.slice(0, length).map(Number)).toEqual(
          [...one.weights.subarray(t * length, (t + 1) * length)].map((weight) => expect.closeTo(Number(weight), 6)),
        );
        expect([...together.context.subarray((b * T + t) * memory, (b * T + t + 1) * memory)].map(Number)).toEqual(
          [...one.context.subarray(t * memory, (t + 1) * memory)].map((value) => expect.closeTo(Number(value), 5)),
        );
      }
    }
  });
});

describe("coverage loss", () => {
  const targets = { type: "int32", shape: [T, B], data: Int32Array.of(5, 4, 3, 6, 3, 0, 7, 0, 0, 3, 0, 0), declared: ["T", "B"] } as const;

  it("has its gradient", () =>
    checkLayer({
      shapes: [[T, B, S]],
      declared: [["T", "B", "S"]],
      others: { targets },
      build: (_, [raw], given) => coverageLoss(softmax(raw), given.targets),
    }));

  it("is the attention that goes where attention was before, of real steps", async () => {
    const graph = new Graph("loss");
    graph.output("loss", coverageLoss(graph.input("attention", "float32", ["T", "B", "S"]), graph.input("targets", "int32", ["T", "B"])));
    // One source: looked at the first place twice, then half at the second, and once more, after the target's end.
    const looked = { type: "float32", shape: [4, 1, 2], data: Float32Array.of(1, 0, 1, 0, 0.5, 0.5, 1, 0) } as const;
    const { loss } = await runGraph(graph, {
      attention: looked,
      targets: { type: "int32", shape: [4, 1], data: Int32Array.of(5, 6, 3, 0) },
    });
    expect(Number(loss[0])).toBe(1 + 0.5);
  });
});
