import { traceAnswers, traceEvaluate, traceGradients } from "@s2s/graph-builder";
import type { ModelConfig, OutputOf } from "@s2s/runtime/manifest";
import { describe, expect, it } from "vitest";
import { examplesOf, predictorBatch, predictorOf } from "../support/predictor.ts";
import { type Results, type Tensor, runGraph } from "../support/run-graph.ts";
import { batchOf, embedWeights, floats, integer, pairs, weightsOf } from "../support/seq2seq.ts";

const words = (more: Partial<OutputOf<"tokens">> = {}): OutputOf<"tokens"> => ({
  kind: "tokens",
  vocabulary: 13,
  embedding: 4,
  cell: "gru",
  hidden: 6,
  layers: 1,
  residual: false,
  bridge: "linear",
  context: "initial",
  attention: "none",
  coverage: false,
  inputFeeding: false,
  copy: false,
  tied: false,
  shared: false,
  ...more,
});

/** Captions, and films and sounds in words: what `test/model/seq2seq.test.ts` checks for tokens, of every other source. */
const models: Readonly<Record<string, ModelConfig>> = {
  "a vector": predictorOf("vector", words({ context: "every-step" })),
  "an image": predictorOf("image, batch normalisation", words({ bridge: "tanh" })),
  "an image that is attended to": predictorOf(
    "image, layer normalisation, an even window",
    words({ attention: "additive", coverage: true }),
  ),
  vectors: predictorOf("vectors", words({ attention: "general", inputFeeding: true }), { bidirectional: true }),
  frames: predictorOf("frames, batch normalisation", words({ attention: "dot", hidden: 5, bridge: "mean" })),
};

/** Three sources with the words of `pairs`. */
function feedsOf(model: ModelConfig, type: "float32" | "float64"): Record<string, Tensor> {
  const label: ModelConfig = { ...model, output: { kind: "label", classes: 2, pooling: "last" } };
  const { target: _, ...source } = predictorBatch(label, examplesOf(label), type, 1);
  const { target_input, target_output } = batchOf(pairs, 1);
  return { ...source, target_input, target_output };
}

describe.each(Object.entries(models))("words for %s", (_name, model) => {
  it("train on the gradient of their loss (central differences, float64)", async () => {
    const { graph, parameters } = traceGradients({ model, type: "float64" });
    const weights = weightsOf(parameters, "float64");
    const direction = weightsOf(parameters, "float64", 8);
    const feeds = { ...feedsOf(model, "float64"), scale: floats("float64", 1) };
    const moved = (step: number): Record<string, Tensor> =>
      Object.fromEntries(
        Object.entries(weights).map(([name, { type, shape, data }]) => [
          name,
          { type, shape, data: Float64Array.from(data as Float64Array, (value, i) => value + step * Number(direction[name].data[i])) },
        ]),
      );
    const h = 1e-6;
    const [found, plus, minus] = await runGraph(graph, { ...feeds, ...moved(0) }, { ...feeds, ...moved(h) }, { ...feeds, ...moved(-h) });
    const inner = parameters.reduce(
      (sum, { name }) =>
        sum + (found[`gradient.${name}`] as Float64Array).reduce((part, value, i) => part + value * Number(direction[name].data[i]), 0),
      0,
    );
    const difference = (Number(plus.loss_sum[0]) - Number(minus.loss_sum[0])) / (2 * h);
    expect(Math.abs(inner - difference) / Math.abs(difference)).toBeLessThanOrEqual(1e-6);
  });

  it("are found whole with the score that evaluation gives them, greedily and by beams", async () => {
    const { graphs, parameters } = traceAnswers(model);
    const weights = weightsOf(parameters, "float32");
    embedWeights(graphs.generate!, weights);
    const { target_input: _, target_output: __, ...source } = feedsOf(model, "float32");
    const B = pairs.length;
    const evaluated = traceEvaluate({ model });
    for (const beams of [1, 3]) {
      const { ids, lengths, scores } = (await runGraph(graphs.generate!, {
        ...source,
        max_length: integer(6),
        beams: integer(beams),
        length_penalty: floats("float32", 1),
      })) as Results;
      const T = ids.length / (B * beams);
      // The best of each source: its tokens, and the end where there was room for it.
      const rows = Array.from({ length: B }, (_row, b) => {
        const length = Number(lengths[b * beams]);
        const tokens = Array.from({ length }, (_token, t) => Number(ids[b * beams * T + t]));
        return length < 6 ? [...tokens, 3] : tokens;
      });
      const width = Math.max(...rows.map(({ length }) => length));
      const int32 = (all: readonly number[][]): Tensor => ({
        type: "int32",
        shape: [B, width],
        data: Int32Array.from(all.flatMap((row) => [...row, ...Array<number>(width - row.length).fill(0)])),
      });
      const { loss_sum: loss } = await runGraph(evaluated.graph, {
        ...source,
        ...weights,
        target_input: int32(rows.map((row) => [2, ...row.slice(0, -1)])),
        target_output: int32(rows),
      });
      const total = rows.reduce((sum, _row, b) => sum + Number(scores[b * beams]), 0);
      expect(Math.abs(total + Number(loss[0]))).toBeLessThanOrEqual(1e-4);
    }
  });
});
