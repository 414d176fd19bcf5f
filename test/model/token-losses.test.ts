import { type TrainingOptions, traceEvaluate, traceGradients, traceTrain, sgd, unrollScans } from "@s2s/graph-builder";
import { describe, expect, it } from "vitest";
import { type Results, type Tensor, runGraph } from "../support/run-graph.ts";
import { batchOf, floats, integer, modelOf, pairs, weightsOf } from "../support/seq2seq.ts";

const models = {
  plain: modelOf({}, { layers: 2 }),
  "tied, attending": modelOf({ bidirectional: true, hidden: 4 }, { hidden: 6, tied: true, attention: "additive", coverage: true }),
  copying: modelOf({ embedding: 4 }, { hidden: 6, shared: true, copy: true, attention: "general" }, { source: 13 }),
};
type Model = (typeof models)["plain"];

const feeds = {
  ...batchOf(pairs, 1),
  scale: floats("float64", 0.25),
  dropout_seed: integer(99),
  teacher_forcing: floats("float64", 1),
};
const optionsOf = (model: Model, options: Partial<TrainingOptions>): TrainingOptions => ({ model, type: "float64", ...options });

async function gradientsOf(model: Model, options: Partial<TrainingOptions>, more: Record<string, Tensor> = {}): Promise<Results> {
  const { graph, parameters } = traceGradients(optionsOf(model, options));
  return runGraph(graph, { ...feeds, ...weightsOf(parameters, "float64"), ...more });
}

function expectClose(found: Results, expected: Results): void {
  for (const [name, values] of Object.entries(expected))
    for (const [i, value] of values.entries()) expect(Number(found[name][i]), `${name}[${i}]`).toBeCloseTo(Number(value), 10);
}

/** Central differences in a random direction. */
async function expectGradient(model: Model, options: Partial<TrainingOptions>): Promise<void> {
  const found = await gradientsOf(model, options);
  const { parameters } = traceGradients(optionsOf(model, options));
  const [weights, direction] = [weightsOf(parameters, "float64"), weightsOf(parameters, "float64", 8)];
  const inner = parameters.reduce(
    (sum, { name }) =>
      sum + Array.from(found[`gradient.${name}`], Number).reduce((part, g, i) => part + g * Number(direction[name].data[i]), 0),
    0,
  );
  const h = 1e-5;
  const at = async (step: number): Promise<number> => {
    const moved = Object.entries(weights).map(([name, tensor]): [string, Tensor] => [
      name,
      { ...tensor, data: Float64Array.from(tensor.data as Float64Array, (value, i) => value + step * Number(direction[name].data[i])) },
    ]);
    return Number((await gradientsOf(model, options, Object.fromEntries(moved)))["loss_sum"][0]) * 0.25;
  };
  const difference = ((await at(h)) - (await at(-h))) / (2 * h);
  expect(Math.abs(inner - difference) / Math.abs(difference)).toBeLessThanOrEqual(1e-7);
}

describe.each(Object.entries(models))("the loss of tokens, %s", (_name, model) => {
  it("is the same in chunks, as are its gradients and what is measured", async () => {
    const smoothed = { labelSmoothing: 0.1, dropout: 0.2 };
    expectClose(await gradientsOf(model, { ...smoothed, lossChunk: 4 }), await gradientsOf(model, smoothed));
    const measured = async (lossChunk: number): Promise<Results> => {
      const { graph, parameters } = traceEvaluate(optionsOf(model, { lossChunk }));
      return runGraph(graph, { ...feeds, ...weightsOf(parameters, "float64") });
    };
    expectClose(await measured(7), await measured(0));
  });

  it("is that of true tokens where all are true, and another where they are its own", async () => {
    expectClose(await gradientsOf(model, { scheduledSampling: true }), await gradientsOf(model, {}));
    const own = await gradientsOf(model, { scheduledSampling: true }, { teacher_forcing: floats("float64", 0) });
    expect(own["loss_sum"][0]).not.toBeCloseTo(Number((await gradientsOf(model, {}))["loss_sum"][0]), 3);
  });

  it("measures all words and true tokens, whatever it is trained with", async () => {
    const measured = async (options: Partial<TrainingOptions>): Promise<Results> => {
      const { graph, parameters } = traceEvaluate(optionsOf(model, options));
      return runGraph(graph, { ...feeds, ...weightsOf(parameters, "float64") });
    };
    const options = { scheduledSampling: true, sampledSoftmax: 5, wordDropout: 0.5, labelSmoothing: 0.1 };
    expectClose(await measured(options), await measured({}));
  });
});

it.each(["plain", "tied, attending"] as const)("has the gradient of the loss over sampled words, %s", (name) =>
  expectGradient(models[name], { sampledSoftmax: 6, tokens: 1000 }),
);

it("has the gradient of the loss with what attending again costs", async () => {
  const model = models["tied, attending"];
  await expectGradient(model, { coverageWeight: 0.7 });
  const [without, withIt] = [await gradientsOf(model, {}), await gradientsOf(model, { coverageWeight: 0.7 })];
  expect(Number(withIt["loss_sum"][0])).toBeGreaterThan(Number(without["loss_sum"][0]));
});

it("drops words of source and target", async () => {
  const [all, dropped] = [await gradientsOf(models.plain, {}), await gradientsOf(models.plain, { wordDropout: 0.9 })];
  // The embedding of <unk> learns only where it is read.
  for (const [name, width] of [
    ["encoder.embedding.w", 3],
    ["decoder.embedding.w", 4],
  ] as const) {
    const learns = (results: Results): boolean =>
      (results[`gradient.${name}`] as Float64Array).slice(width, 2 * width).some((g) => g !== 0);
    expect([learns(all), learns(dropped)], name).toEqual([false, true]);
  }
});

it("runs without loops, in sizes that are known", async () => {
  const model = models["tied, attending"];
  const dims = { batch: 3, source: 7, target: 8 };
  const options = optionsOf(model, { lossChunk: 5, scheduledSampling: true, dims });
  const { graph, parameters } = traceTrain({ ...options, optimizer: sgd() });
  const weights = weightsOf(parameters, "float64");
  const found = await runGraph(unrollScans(graph), { ...feeds, ...weights, learning_rate: floats("float64", 0.1), step: integer(1) });
  expect(found["loss_sum"][0]).toBeCloseTo(Number((await gradientsOf(model, {}))["loss_sum"][0]), 10);
});

describe("options that do not go together", () => {
  it.each<[string, keyof typeof models, Partial<TrainingOptions>]>([
    ["sampledSoftmax does not go with a decoder that copies", "copying", { sampledSoftmax: 5 }],
    ["sampledSoftmax does not go with labelSmoothing", "plain", { sampledSoftmax: 5, labelSmoothing: 0.1 }],
    ["coverageWeight needs attention", "plain", { coverageWeight: 1 }],
  ])("%s", (message, name, options) => expect(() => traceGradients(optionsOf(models[name], options))).toThrow(message));
});
