import {
  type ParameterSpec,
  storedTensors,
  traceAnswers,
  traceEvaluate,
  traceGradients,
  tracePredict,
  traceTrain,
  sgd,
} from "@s2s/graph-builder";
import { PredictorReference } from "@s2s/parity";
import type { ModelConfig, OutputConfig } from "@s2s/runtime/manifest";
import { describe, expect, it } from "vitest";
import { examplesOf, predictorBatch, predictorOf } from "../support/predictor.ts";
import { type Tensor, runGraph } from "../support/run-graph.ts";
import { embedWeights, floats, integer, weightsOf } from "../support/seq2seq.ts";

const label = (pooling: "last" | "mean" | "max" = "last"): OutputConfig => ({ kind: "label", classes: 7, pooling });
const labels: OutputConfig = { kind: "labels", classes: 7 };
const numbers = (mode: "direct" | "recursive" = "direct", steps = 6): OutputConfig => ({
  kind: "numbers",
  width: 2,
  steps,
  mode,
  indices: [3, 1],
});
const both = { bidirectional: true, layers: 2, residual: true } as const;

const models: Readonly<Record<string, ModelConfig>> = {
  "tokens to a label": predictorOf("tokens", label()),
  "tokens to a label, reversed, both directions": predictorOf("tokens", label("mean"), { ...both, reverseSource: true, cell: "gru" }),
  "vectors to a label, the largest": predictorOf("vectors", label("max"), { ...both, cell: "rnn" }),
  "a vector to a label": predictorOf("vector", label("mean")),
  "tokens to labels": predictorOf("tokens", labels, both),
  "vectors to numbers": predictorOf("vectors", numbers(), { cell: "gru-reset-after", layers: 2 }),
  "an image to a label": predictorOf("image", label()),
  "an image to a label, batch normalisation": predictorOf("image, batch normalisation", label()),
  "an image to numbers, layer normalisation": predictorOf("image, layer normalisation, an even window", numbers()),
  "frames to a label, batch normalisation": predictorOf("frames, batch normalisation", label(), { bidirectional: true }),
  "frames to labels, batch normalisation": predictorOf("frames, batch normalisation", labels),
};

const recursive: Readonly<Record<string, ModelConfig>> = {
  "numbers fed back": predictorOf("vectors", numbers("recursive"), { cell: "layer-norm-lstm" }),
  "numbers fed back, two residual layers": predictorOf("vectors", numbers("recursive"), { layers: 2, residual: true }),
  "one number": predictorOf("vectors", numbers("recursive", 1), { cell: "gru" }),
};

const far = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from({ length: a.length }, (_, i) => Math.abs(a[i] - b[i]) / Math.max(1, Math.abs(b[i]))));
};
const bounds = { float64: 1e-9, float32: 1e-5 } as const;

/** Weights, and statistics that a training might have gathered. */
function tensorsOf(specs: readonly ParameterSpec[], type: "float32" | "float64"): Record<string, Tensor> {
  const all = weightsOf(specs, type);
  for (const [name, { data }] of Object.entries(all)) {
    if (name.endsWith("norm.variance")) for (let i = 0; i < data.length; i += 1) data[i] = 0.4 + 0.3 * i;
    if (name.endsWith("norm.mean")) for (let i = 0; i < data.length; i += 1) data[i] = 0.2 * i - 0.1;
    if (name.endsWith("norm.bias")) for (let i = 0; i < data.length; i += 1) data[i] = 0.3 - 0.2 * i;
  }
  return all;
}

const referenceOf = (model: ModelConfig, tensors: Record<string, Tensor>): PredictorReference =>
  new PredictorReference(
    model,
    new Map(Object.entries(tensors).map(([name, { shape, data }]) => [name, { shape, data: data as Float64Array }])),
  );

/** Answers of predict.onnx for each example, padding left out. */
async function predictions(model: ModelConfig, type: "float32" | "float64", extra: number): Promise<Float64Array[]> {
  // The runtime's own recurrent operators know no float64.
  const { graph, parameters } = tracePredict(model, type, type === "float64" ? "loop" : "operator");
  embedWeights(graph, tensorsOf(parameters, type));
  const examples = examplesOf(model);
  const results = await runGraph(graph, predictorBatch(model, examples, type, extra));
  const [[name, found]] = Object.entries(results);
  expect(name).toBe(model.output.kind === "numbers" ? "numbers" : "probabilities");
  const size = found.length / examples.length;
  return examples.map(({ source }, n) => {
    const own = Float64Array.from(found.subarray(n * size, (n + 1) * size) as Float64Array);
    return model.output.kind === "labels" ? own.slice(0, source.length * model.output.classes) : own;
  });
}

describe.each(Object.entries({ ...models, ...recursive }))("%s", (_name, model) => {
  for (const type of ["float64", "float32"] as const) {
    it(`gives the reference's answers in a padded batch, ${type}`, async () => {
      const reference = referenceOf(model, tensorsOf(storedTensors(model), type));
      const found = await predictions(model, type, 2);
      for (const [n, { source }] of examplesOf(model).entries()) {
        expect(
          far(
            found[n],
            reference.predict(source).flatMap((row) => Array.from(row)),
          ),
        ).toBeLessThanOrEqual(bounds[type]);
      }
    });
  }

  it("measures the reference's loss, and what else the output measures", async () => {
    const { graph, parameters, statistics } = traceEvaluate({ model, type: "float64", labelSmoothing: 0.1, dropout: 0.5 });
    const tensors = tensorsOf([...parameters, ...statistics], "float64");
    const examples = examplesOf(model);
    const results = await runGraph(graph, { ...predictorBatch(model, examples, "float64", 2), ...tensors });
    const reference = referenceOf(model, tensors);
    const answers = examples.map(({ source }) => reference.predict(source));
    const sum = (value: (row: Float64Array, target: ArrayLike<number>) => number): number =>
      examples.reduce((total, { target }, n) => total + target.reduce((part, row, t) => part + value(answers[n][t], row), 0), 0);
    const loss =
      model.output.kind === "numbers" ? squares : (row: Float64Array, [id]: ArrayLike<number> & Iterable<number>) => -Math.log(row[id]);
    expect(far([Number(results.loss_sum[0])], [sum(loss as typeof squares)])).toBeLessThanOrEqual(1e-9);
    expect(Number(results.units[0])).toBe(sum((_row, target) => (model.output.kind === "numbers" ? target.length : 1)));
    if (model.output.kind === "numbers") {
      expect(far([Number(results.squared_error[0])], [sum(squares)])).toBeLessThanOrEqual(1e-9);
      expect(far([Number(results.absolute_error[0])], [sum(distances)])).toBeLessThanOrEqual(1e-9);
    } else {
      expect(Number(results.correct[0])).toBe(sum((row, target) => Number(row.indexOf(Math.max(...row)) === target[0])));
    }
  });
});

const squares = (row: Float64Array, target: ArrayLike<number>): number =>
  row.reduce((total, value, k) => total + (value - target[k]) ** 2, 0);
const distances = (row: Float64Array, target: ArrayLike<number>): number =>
  row.reduce((total, value, k) => total + Math.abs(value - target[k]), 0);

describe.each(Object.entries(models))("%s", (_name, model) => {
  it("trains on the reference's loss, with its gradient", async () => {
    const smoothing = model.output.kind === "numbers" ? 0 : 0.1;
    const { graph, parameters } = traceGradients({ model, type: "float64", labelSmoothing: smoothing });
    const tensors = tensorsOf(parameters, "float64");
    const examples = examplesOf(model);
    const reference = referenceOf(model, tensors);
    const results = await runGraph(graph, { ...predictorBatch(model, examples, "float64", 1), ...tensors, scale: floats("float64", 1) });
    expect(far([Number(results.loss_sum[0])], [reference.loss(examples, true, smoothing)])).toBeLessThanOrEqual(1e-9);
    const expected = reference.gradients(examples, smoothing);
    for (const { name } of parameters)
      expect(far(results[`gradient.${name}`] as Float64Array, expected.get(name)!), name).toBeLessThanOrEqual(1e-8);
  });

  it("drops activations with a seed", async () => {
    const { graph, parameters } = traceGradients({ model, type: "float64", dropout: 0.5 });
    const feeds = {
      ...predictorBatch(model, examplesOf(model), "float64"),
      ...tensorsOf(parameters, "float64"),
      scale: floats("float64", 1),
    };
    const seeded = (seed: number) => ({ ...feeds, dropout_seed: integer(seed) });
    const [one, other, again] = await runGraph(graph, seeded(1), seeded(2), seeded(1));
    expect(one.loss_sum[0]).toBe(again.loss_sum[0]);
    expect(one.loss_sum[0]).not.toBe(other.loss_sum[0]);
  });
});

describe("statistics of batch normalisation", () => {
  const model = models["frames to labels, batch normalisation"];

  it("go into the next ones by a tenth in a training step, as the gradients' graph measures them", async () => {
    const trained = traceTrain({ model, optimizer: sgd() });
    const measured = traceGradients({ model });
    expect(measured.statistics).toEqual(trained.statistics);
    const feeds = {
      ...predictorBatch(model, examplesOf(model), "float32", 1),
      ...tensorsOf([...trained.parameters, ...trained.statistics], "float32"),
      scale: floats("float32", 1),
      learning_rate: floats("float32", 0.1),
      step: integer(1),
    };
    const [after, batch] = [await runGraph(trained.graph, feeds), await runGraph(measured.graph, feeds)];
    expect(trained.statistics.map(({ name }) => name)).toEqual(["encoder.cnn.0.norm.mean", "encoder.cnn.0.norm.variance"]);
    for (const { name } of trained.statistics) {
      const before = (feeds as Record<string, Tensor>)[name].data;
      const expected = Array.from(batch[`statistic.${name}`] as Float32Array, (value, i) => 0.9 * Number(before[i]) + 0.1 * Number(value));
      expect(far(after[`next.${name}`] as Float32Array, expected)).toBeLessThanOrEqual(1e-6);
    }
    expect(Object.keys(batch)).not.toContain("gradient.encoder.cnn.0.norm.mean");
  });

  it("are stored beside the parameters, where answers read them", () => {
    const { graphs, parameters } = traceAnswers(model);
    expect(parameters.map(({ name }) => name)).toContain("encoder.cnn.0.norm.variance");
    expect([...graphs.predict!.initializers.keys()]).toContain("encoder.cnn.0.norm.variance");
    expect(Object.keys(graphs)).toEqual(["predict"]);
  });
});

describe("models that cannot be", () => {
  const cases: Readonly<Record<string, [ModelConfig, string]>> = {
    "a label for each step of a vector": [predictorOf("vector", labels), "a label for each step needs a source that has steps"],
    "a label of nothing": [{ input: { kind: "none" }, encoder: null, output: label() }, "a model that gives label needs a source"],
    "numbers fed back to an encoder of both directions": [
      predictorOf("vectors", numbers("recursive"), both),
      "an encoder that goes forward only",
    ],
    "two numbers fed back to one column": [
      predictorOf("vectors", { ...numbers("recursive"), indices: [1] } as OutputConfig),
      "2 numbers are fed back to 1 columns",
    ],
    "tokens at once": [
      { ...predictorOf("tokens", label()), output: { kind: "strokes", mixtures: 1, cell: "gru", hidden: 2, layers: 1, attention: "none" } },
      "does not give it at once",
    ],
  };
  for (const [name, [model, message]] of Object.entries(cases)) it(name, () => expect(() => tracePredict(model)).toThrow(message));
});
