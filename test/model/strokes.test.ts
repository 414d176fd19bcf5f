import { storedTensors, traceAnswers, traceEvaluate, traceGradients } from "@s2s/graph-builder";
import { type Drawing, StrokeReference } from "@s2s/parity";
import type { ModelConfig, OutputOf } from "@s2s/runtime/manifest";
import { describe, expect, it } from "vitest";
import { numbers } from "../support/check-gradient.ts";
import { type Results, type Tensor, runGraph } from "../support/run-graph.ts";
import { embedWeights, floats, padded, weightsOf } from "../support/seq2seq.ts";

const output = (attention: OutputOf<"strokes">["attention"], more: Partial<OutputOf<"strokes">> = {}): OutputOf<"strokes"> => ({
  kind: "strokes",
  mixtures: 2,
  cell: "lstm",
  hidden: 6,
  layers: 1,
  attention,
  ...more,
});
const conditioned = (attention: OutputOf<"strokes">["attention"], more: Partial<OutputOf<"strokes">> = {}): ModelConfig => ({
  input: { kind: "tokens", vocabulary: 11, embedding: 3 },
  encoder: { cell: "gru", hidden: 4, layers: 1, bidirectional: true, reverseSource: false, residual: false },
  output: output(attention, more),
});

const models: Readonly<Record<string, ModelConfig>> = {
  "free drawing, two layers": { input: { kind: "none" }, encoder: null, output: output("none", { layers: 2 }) },
  "text by the first states": conditioned("none"),
  "text by additive attention": conditioned("additive", { cell: "gru-reset-after", layers: 2 }),
  "text by general attention": conditioned("general"),
  "text by dot attention": conditioned("dot", { hidden: 8 }),
};

const drawings: readonly Required<Drawing>[] = [5, 2, 4].map((count, n) => ({
  source: [
    [4, 9, 3],
    [10, 7, 6, 5, 3],
    [8, 3],
  ][n],
  points: Array.from({ length: count }, (_, t) => {
    const [dx, dy] = numbers(2, 10 * n + t + 1, -1.5, 1.5);
    return [dx, dy, t === count - 1 ? 2 : (n + t) % 2] as const;
  }),
}));

/** A padded batch as inputs of the training graphs; `extra` more padding than needed. */
function batchOf(model: ModelConfig, type: "float32" | "float64", extra = 0): Record<string, Tensor> {
  const B = drawings.length;
  const T = 5 + extra;
  const float = (rows: readonly (readonly number[])[]): Tensor => ({
    type,
    shape: [B, T, 3],
    data: type === "float64" ? Float64Array.from(rows.flat()) : Float32Array.from(rows.flat()),
  });
  const int32 = (shape: number[], data: number[]): Tensor => ({ type: "int32", shape, data: Int32Array.from(data) });
  const filled = (rows: readonly (readonly number[])[], filler: number): number[][] =>
    Array.from({ length: T }, (_, t) => [...(rows[t] ?? [filler, filler, 0])]);
  const source: Record<string, Tensor> =
    model.encoder === null
      ? {}
      : {
          source: int32(
            [B, 6],
            drawings.flatMap((drawing) => padded(drawing.source as number[], 6)),
          ),
          source_lengths: int32(
            [B],
            drawings.map((drawing) => drawing.source.length),
          ),
        };
  return {
    ...source,
    target_input: float(drawings.flatMap(({ points }) => filled([[0, 0, 0], ...points.slice(0, -1)], 3))),
    target_output: float(drawings.flatMap(({ points }) => filled(points, -4))),
    target_lengths: int32(
      [B],
      drawings.map(({ points }) => points.length),
    ),
  };
}

const far = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from({ length: a.length }, (_, i) => Math.abs(a[i] - b[i]) / Math.max(1, Math.abs(b[i]))));
};
const given = (model: ModelConfig): readonly Drawing[] => (model.encoder ? drawings : drawings.map(({ points }) => ({ points })));
const referenceOf = (model: ModelConfig, tensors: Record<string, Tensor>): StrokeReference =>
  new StrokeReference(
    model,
    new Map(Object.entries(tensors).map(([name, { shape, data }]) => [name, { shape, data: data as Float64Array }])),
  );

describe.each(Object.entries(models))("%s", (_name, model) => {
  it("has the reference's loss and gradient, padding left out", async () => {
    const { graph, parameters } = traceGradients({ model, type: "float64" });
    const tensors = weightsOf(parameters, "float64");
    const reference = referenceOf(model, tensors);
    const results = await runGraph(graph, { ...batchOf(model, "float64", 2), ...tensors, scale: floats("float64", 1) });
    expect(far([Number(results.loss_sum[0])], [reference.loss(given(model))])).toBeLessThanOrEqual(1e-9);
    const expected = reference.gradients(given(model));
    for (const { name } of parameters)
      expect(far(results[`gradient.${name}`] as Float64Array, expected.get(name)!), name).toBeLessThanOrEqual(1e-8);
  });

  it("measures the loss over the points that there are", async () => {
    const { graph, parameters } = traceEvaluate({ model, type: "float32" });
    const tensors = weightsOf(parameters, "float32");
    const results = await runGraph(graph, { ...batchOf(model, "float32", 1), ...tensors });
    expect(Number(results.units[0])).toBe(11);
    expect(far([Number(results.loss_sum[0])], [referenceOf(model, tensors).loss(given(model))])).toBeLessThanOrEqual(1e-5);
  });

  it("draws step by step what it computes at once", async () => {
    const { graphs, states, memory, parameters } = traceAnswers(model);
    expect(Object.keys(graphs)).toEqual(model.encoder ? ["encoder", "decoder"] : ["decoder"]);
    const tensors = weightsOf(parameters, "float32");
    const reference = referenceOf(model, tensors);
    for (const graph of Object.values(graphs)) embedWeights(graph, tensors);
    for (const drawing of given(model)) {
      const expected = reference.densities(drawing);
      const begun: Results = graphs.encoder ? await runGraph(graphs.encoder, sourceOf(drawing)) : {};
      const held = Object.fromEntries(
        memory.map((name) => [
          name,
          tensorOf(
            graphs.decoder!.inputs.find((input) => input.name === name)!,
            begun[name],
          ),
        ]),
      );
      let now = states.map(({ initial, shape }) => (initial ? begun[initial] : new Float32Array(Number(shape[0]))) as Float32Array);
      for (const [t] of drawing.points.entries()) {
        const point = t === 0 ? [0, 0, 0] : drawing.points[t - 1];
        const results = await runGraph(graphs.decoder!, {
          stroke: { type: "float32", shape: [1, 3], data: Float32Array.from(point) },
          ...Object.fromEntries(
            states.map(({ input }, i) => [input, { type: "float32", shape: [1, now[i].length], data: now[i] } as Tensor]),
          ),
          ...held,
        });
        expect(far(results.mixture as Float32Array, expected[t])).toBeLessThanOrEqual(1e-5);
        if (model.output.kind === "strokes" && model.output.attention !== "none")
          expect(far([sumOf(results.attention as Float32Array)], [1])).toBeLessThanOrEqual(1e-6);
        now = states.map(({ output: name }) => results[name] as Float32Array);
      }
    }
  });

  it("stores what it trains", () => {
    expect(storedTensors(model)).toEqual(traceGradients({ model }).parameters);
  });
});

const sumOf = (values: Float32Array): number => values.reduce((a, b) => a + b, 0);
const sourceOf = ({ source }: Drawing): Record<string, Tensor> => ({
  source: { type: "int32", shape: [1, source!.length], data: Int32Array.from(source as number[]) },
  source_lengths: { type: "int32", shape: [1], data: Int32Array.of(source!.length) },
});
/** Of a batch of one, whose positions are the only size that is not known. */
function tensorOf(
  { type, shape }: { readonly type: Tensor["type"]; readonly shape: readonly (number | string)[] },
  data: Results[string],
): Tensor {
  const known = shape.slice(1).reduce<number>((all, size) => all * (typeof size === "number" ? size : 1), 1);
  return { type, shape: [1, ...shape.slice(1).map((size) => (typeof size === "number" ? size : data.length / known))], data };
}
