import { traceGradients, traceInference } from "@s2s/graph-builder";
import { Reference, type Weights } from "@s2s/parity";
import { describe, expect, it } from "vitest";
import { runGraph } from "../support/run-graph.ts";
import { batchOf, floats, models, pairs, weightsOf } from "../support/seq2seq.ts";

const asWeights = (tensors: ReturnType<typeof weightsOf>, move = (_name: string, _i: number, value: number): number => value): Weights =>
  new Map(
    Object.entries(tensors).map(([name, { shape, data }]) => [
      name,
      { shape, data: Float64Array.from(data as Float64Array, (value, i) => move(name, i, value)) },
    ]),
  );

describe.each(Object.entries(models))("the float64 reference, %s", (_name, model) => {
  const { parameters } = traceInference(model);
  const weights = weightsOf(parameters, "float64");

  it("has the gradient of its loss (central differences along a random direction, each parameter alone)", () => {
    const direction = weightsOf(parameters, "float64", 8);
    const found = new Reference(model, asWeights(weights)).gradients(pairs, 0.1);
    const h = 1e-4;
    for (const { name } of parameters) {
      const at = (step: number): number => {
        const moved = asWeights(weights, (other, i, value) => (other === name ? value + step * Number(direction[name].data[i]) : value));
        return new Reference(model, moved).loss(pairs, 0.1);
      };
      const inner = found.get(name)!.reduce((sum, value, i) => sum + value * Number(direction[name].data[i]), 0);
      // Five points: what is left of the error is of the fourth order, which normalisations need.
      const difference = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
      expect(Math.abs(inner - difference) / Math.max(1e-3, Math.abs(difference)), name).toBeLessThan(1e-6);
    }
  });

  it("agrees with the gradient that the builder derives, float64", async () => {
    const options = { model, type: "float64", labelSmoothing: 0.1 } as const;
    const feeds = { ...batchOf(pairs, 1), scale: floats("float64", 1), ...weights };
    const derived = await runGraph(traceGradients(options).graph, feeds);
    const reference = new Reference(model, asWeights(weights));
    expect(Math.abs(reference.loss(pairs, 0.1) - Number(derived.loss_sum[0]))).toBeLessThan(1e-9);
    for (const [name, gradient] of reference.gradients(pairs, 0.1)) {
      const other = derived[`gradient.${name}`] as Float64Array;
      expect(other).toHaveLength(gradient.length);
      for (const [i, value] of gradient.entries()) expect(Math.abs(value - other[i])).toBeLessThan(1e-10);
    }
  });

  it("begins the next sum of gradients anew", () => {
    const reference = new Reference(model, asWeights(weights));
    expect(reference.gradients(pairs)).toEqual(reference.gradients(pairs));
  });
});

it("takes negligible attention weights for zero, as the graphs do: the logarithm of what is copied tells them apart", async () => {
  const model = models["copying"]!;
  const { parameters } = traceInference(model);
  // Scores lie far apart, and no token but `</s>` is generated.
  const far: ReturnType<typeof weightsOf> = Object.fromEntries(
    Object.entries(weightsOf(parameters, "float64")).map(([name, tensor]) => {
      const data = Float64Array.from(tensor.data as Float64Array, (value, i) => {
        if (name === "decoder.readout.b") return i === 3 ? 0 : -200;
        return name === "decoder.attention.key.w" ? 300 * value : value;
      });
      return [name, { ...tensor, data }];
    }),
  );
  const derived = await runGraph(traceGradients({ model, type: "float64" }).graph, {
    ...batchOf(pairs),
    scale: floats("float64", 1),
    ...far,
  });
  const reference = new Reference(model, asWeights(far));
  expect(reference.loss(pairs)).toBeCloseTo(Number(derived.loss_sum[0]), 8);
  for (const [name, gradient] of reference.gradients(pairs))
    for (const [i, value] of gradient.entries()) expect(value).toBeCloseTo((derived[`gradient.${name}`] as Float64Array)[i]!, 6);
});
