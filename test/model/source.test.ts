import { Graph, Scope, type Value, traceInference } from "@s2s/graph-builder";
import type { EncoderConfig, InputConfig } from "@s2s/runtime/manifest";
import { describe, expect, it } from "vitest";
import { modelSource } from "../../packages/graph-builder/src/models/source.ts";
import { numbers } from "../support/check-gradient.ts";
import { type Tensor, runGraph } from "../support/run-graph.ts";
import { modelOf, weightsOf } from "../support/seq2seq.ts";

const [B, S, H] = [2, 4, 3];
const recurrence: EncoderConfig = { cell: "gru", hidden: H, layers: 1, bidirectional: true, reverseSource: false, residual: false };
const image: InputConfig = {
  kind: "image",
  channels: 1,
  height: 8,
  width: 12,
  filters: [4, 5],
  kernel: 3,
  normalization: "none",
  features: 7,
};

const float64 = (shape: readonly number[], seed = 1): Tensor => ({
  type: "float64",
  shape,
  data: numbers(
    shape.reduce((a, b) => a * b, 1),
    seed,
  ),
});
const int32 = (shape: readonly number[], ...data: number[]): Tensor => ({ type: "int32", shape, data: Int32Array.from(data) });

function open(input: InputConfig, encoder: EncoderConfig | null) {
  const graph = new Graph("source");
  const scope = new Scope(graph, { type: "float64", parameters: "inputs" });
  const source = modelSource(scope, { input, encoder, output: { kind: "labels", classes: 2 } });
  const inputs = source.input.declare(graph, { batch: "B", source: "S" }, "float64");
  return { graph, scope, source, inputs, read: () => source.read(inputs) };
}

/** The values of a finished model, by name. */
async function values({ graph, scope }: ReturnType<typeof open>, named: Record<string, Value>, feeds: Record<string, Tensor>) {
  for (const [name, value] of Object.entries(named)) graph.output(name, value);
  const weights = weightsOf(
    scope.parameters.map(({ spec }) => spec),
    "float64",
  );
  return { results: await runGraph(graph, { ...feeds, ...weights }), weights };
}

describe("a source", () => {
  it("of tokens has steps, a mask, ids and the encoder's states", async () => {
    const model = open({ kind: "tokens", vocabulary: 9, embedding: 5 }, recurrence);
    const { source, inputs } = model;
    const read = model.read();
    expect([source.summaryWidth, source.memoryWidth]).toEqual([2 * H, 2 * H]);
    expect(read.ids).toBe(inputs.source);
    expect(read.summary).toBe(read.start!.states[0][0]);
    expect(read.memory!.values).toBe(read.steps!.outputs);
    const feeds = { source: int32([B, S], 4, 5, 3, 0, 6, 7, 8, 3), source_lengths: int32([B], 3, 4) };
    const { results } = await values(model, { mask: read.memory!.mask }, feeds);
    expect(Array.from(results.mask, Number)).toEqual([1, 1, 1, 0, 1, 1, 1, 1]);
  });

  it("of vectors has no ids", () => {
    const read = open({ kind: "vectors", width: 5 }, recurrence).read();
    expect(read.ids).toBeNull();
    expect(read.summary!.shape).toEqual(["B", 2 * H]);
  });

  it("of one vector is what a decoder begins with, and nothing to attend to", async () => {
    const model = open({ kind: "vector", width: 5 }, null);
    const { source, inputs } = model;
    expect([source.summaryWidth, source.memoryWidth]).toEqual([5, null]);
    const hand = source.bridge("tanh", { cell: "lstm", layers: 1, hidden: H });
    const read = model.read();
    expect([read.summary, read.steps, read.memory, read.ids]).toEqual([inputs.source, null, null, null]);
    const [[h, c]] = hand(read)!;
    const x = float64([B, 5]);
    const { results, weights } = await values(model, { h, c }, { source: x });
    for (const part of ["h", "c"] as const) {
      const [w, b] = [weights[`bridge.0.${part}.w`].data, weights[`bridge.0.${part}.b`].data];
      for (let i = 0; i < B * H; i += 1) {
        const [row, column] = [Math.floor(i / H), i % H];
        const z = Array.from({ length: 5 }, (_, k) => Number(x.data[row * 5 + k]) * Number(w[k * H + column])).reduce(
          (sum, term) => sum + term,
          Number(b[column]),
        );
        expect(Number(results[part][i])).toBeCloseTo(Math.tanh(z), 12);
      }
    }
  });

  it("of an image can be attended to part by part, and its parts have a mean", async () => {
    const model = open(image, null);
    const { source } = model;
    const [places, channels] = [2 * 3, 5];
    expect([source.summaryWidth, source.memoryWidth]).toEqual([7, channels]);
    const hand = source.bridge("mean", { cell: "gru", layers: 1, hidden: H });
    const read = model.read();
    expect(read.summary!.shape).toEqual(["B", 7]);
    expect(read.memory!.values.shape).toEqual([places, "B", channels]);
    const [[h]] = hand(read)!;
    const pixels = { source: { ...float64([B, 1, 8, 12]), data: numbers(B * 8 * 12, 1, 0, 1) } };
    const { results, weights } = await values(model, { mask: read.memory!.mask, parts: read.memory!.values, state: h }, pixels);
    expect(Array.from(results.mask, Number)).toEqual(Array(B * places).fill(1));
    const mean = (b: number, i: number): number =>
      Array.from({ length: places }, (_, place) => Number(results.parts[(place * B + b) * channels + i])).reduce((a, value) => a + value) /
      places;
    const [w, bias] = [weights["bridge.0.h.w"].data, weights["bridge.0.h.b"].data];
    const z = Array.from({ length: channels }, (_, i) => mean(1, i) * Number(w[i * H])).reduce((a, value) => a + value, Number(bias[0]));
    expect(Number(results.state[H])).toBeCloseTo(Math.tanh(z), 12);
  });

  it("may be none: then nothing can be handed over", () => {
    const model = open({ kind: "none" }, null);
    expect(model.read()).toEqual({ summary: null, steps: null, memory: null, ids: null, start: null });
    const to = { cell: "lstm", layers: 1, hidden: H } as const;
    expect(model.source.bridge("zero", to)(model.read())).toBeNull();
    expect(() => model.source.bridge("copy", to)).toThrow('bridge "copy" without a source: there is nothing to hand over');
  });

  it("is not left unread by a decoder of tokens", () => {
    const model = modelOf({}, { bridge: "zero" });
    expect(() => traceInference(model)).toThrow(
      "the decoder would see nothing of its source: it needs a bridge, attention or context in every step",
    );
    for (const seen of [{ attention: "dot" }, { context: "every-step" }] as const)
      expect(() => traceInference({ ...model, output: { ...model.output, ...seen } })).not.toThrow();
  });

  it("with steps needs an encoder, one without has none", () => {
    expect(() => open({ kind: "vectors", width: 5 }, null).read()).toThrow("a source of vectors needs an encoder");
    expect(() => open({ kind: "vector", width: 5 }, recurrence).read()).toThrow("a source of kind vector has no steps for an encoder");
  });
});
