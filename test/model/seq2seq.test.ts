import { traceEvaluate, traceGradients, traceInference } from "@s2s/graph-builder";
import { describe, expect, it } from "vitest";
import { Reference, crossEntropy } from "@s2s/parity";
import { type Numbers, runGraph, type Tensor } from "../support/run-graph.ts";
import { batchOf, embedWeights, floats, integer, models, pairs, weightsOf } from "../support/seq2seq.ts";

const far = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from({ length: a.length }, (_, i) => Math.abs(a[i] - b[i]) / Math.max(1, Math.abs(b[i]))));

const bounds = { float64: 1e-9, float32: 1e-5 } as const;

describe.each(Object.entries(models))("seq2seq, %s", (_name, model) => {
  for (const type of ["float64", "float32"] as const) {
    it(`gives the reference's logits and loss in a padded batch, ${type}`, async () => {
      const traced = traceEvaluate({ model, type, logits: true, tokens: 5 });
      const weights = weightsOf(traced.parameters, type);
      const reference = new Reference(
        model,
        new Map(Object.entries(weights).map(([name, { shape, data }]) => [name, { shape, data: data as Float64Array }])),
      );
      const results = await runGraph(traced.graph, { ...batchOf(pairs, 2), ...weights });
      const logits = results.logits as Float64Array;
      let loss = 0;
      for (const [b, { source, target }] of pairs.entries()) {
        const expected = reference.logits(source, [2, ...target.slice(0, -1)]);
        for (const [t, row] of expected.entries()) {
          const at = (t * pairs.length + b) * model.output.vocabulary;
          expect(far(logits.subarray(at, at + row.length), row)).toBeLessThanOrEqual(bounds[type]);
          loss += crossEntropy(row, target[t]);
        }
      }
      expect(far([Number(results.loss_sum[0])], [loss])).toBeLessThanOrEqual(bounds[type]);
      expect(Number(results.units[0])).toBe(13);
    });

    it(`gives a sentence in a padded batch the logits that it gets alone, ${type}`, async () => {
      const batched = traceEvaluate({ model, type, logits: true });
      const weights = weightsOf(batched.parameters, type);
      const together = (await runGraph(batched.graph, { ...batchOf(pairs, 3), ...weights })).logits as Float64Array;
      for (const [b, pair] of pairs.entries()) {
        const alone = (await runGraph(traceEvaluate({ model, type, logits: true }).graph, { ...batchOf([pair]), ...weights }))
          .logits as Float64Array;
        for (const [t] of pair.target.entries()) {
          const at = (t * pairs.length + b) * model.output.vocabulary;
          const own = t * model.output.vocabulary;
          expect(
            far(together.subarray(at, at + model.output.vocabulary), alone.subarray(own, own + model.output.vocabulary)),
          ).toBeLessThanOrEqual(bounds[type]);
        }
      }
    });
  }

  for (const [what, options] of [
    ["tables multiplied out", { tokens: 1000 }],
    ["rows looked up", { tokens: 0 }],
    ["label smoothing and dropout", { tokens: 1000, labelSmoothing: 0.1, dropout: 0.3 }],
  ] as const) {
    it(`has the gradient of its loss (central differences, float64), ${what}`, async () => {
      const trace = () => traceGradients({ model, type: "float64", ...options });
      const { graph, parameters } = trace();
      const weights = weightsOf(parameters, "float64");
      const feeds = { ...batchOf(pairs, 1), scale: floats("float64", 0.25), dropout_seed: integer(99) };
      const found = await runGraph(graph, { ...feeds, ...weights });
      const direction = weightsOf(parameters, "float64", 8);
      const inner = parameters.reduce((sum, { name }) => {
        const g = found[`gradient.${name}`] as Float64Array;
        return sum + g.reduce((part, value, i) => part + value * Number(direction[name].data[i]), 0);
      }, 0);
      const h = 1e-5;
      const at = async (step: number): Promise<number> => {
        const moved = Object.fromEntries(
          Object.entries(weights).map(([name, { type, shape, data }]): [string, Tensor] => [
            name,
            { type, shape, data: (data as Float64Array).map((value, i) => value + step * Number(direction[name].data[i])) },
          ]),
        );
        return Number((await runGraph(trace().graph, { ...feeds, ...moved })).loss_sum[0]) * 0.25;
      };
      const difference = ((await at(h)) - (await at(-h))) / (2 * h);
      expect(Math.abs(inner - difference) / Math.abs(difference)).toBeLessThanOrEqual(1e-7);
    });
  }

  it("decodes step by step what it computes under teacher forcing, and says where it attends", async () => {
    const { encoder, decoder, states, memory, parameters } = traceInference(model);
    const weights = weightsOf(parameters, "float32");
    const reference = new Reference(
      model,
      new Map(Object.entries(weights).map(([name, { shape, data }]) => [name, { shape, data: data as Float32Array }])),
    );
    const evaluated = traceEvaluate({ model, logits: true });
    const feeds = batchOf(pairs);
    const expected = (await runGraph(evaluated.graph, { ...feeds, ...weights })).logits as Float32Array;
    embedWeights(encoder!, weights);
    embedWeights(decoder, weights);
    const [batch, longest] = feeds.source.shape;
    const sized = (shape: readonly (number | string)[]): number[] => [batch, ...shape.map((dim) => (dim === "S" ? longest : Number(dim)))];
    const given = await runGraph(encoder!, feeds);
    let current: Record<string, Numbers> = Object.fromEntries(
      states.map(({ initial, output, shape }) => [
        output,
        initial === null ? new Float32Array(sized(shape).reduce((a, b) => a * b)) : given[initial],
      ]),
    );
    const held = Object.fromEntries(
      memory.map((name): [string, Tensor] => {
        const { type, shape } = decoder.inputs.find((input) => input.name === name)!;
        return [name, { type, shape: sized(shape.slice(1)), data: given[name] }];
      }),
    );
    const attention = pairs.map(({ source, target }) => attentionOf(reference, source, [2, ...target.slice(0, -1)]));
    const steps = feeds.target_input.shape[1];
    for (let t = 0; t < steps; t++) {
      const token = Int32Array.from(pairs, (_, b) => Number(feeds.target_input.data[b * steps + t]));
      const inputs = Object.fromEntries(
        states.map(({ input, output, shape }): [string, Tensor] => [
          input,
          { type: "float32", shape: sized(shape), data: current[output] },
        ]),
      );
      current = await runGraph(decoder, { token: { type: "int32", shape: [batch], data: token }, ...inputs, ...held });
      const size = batch * model.output.vocabulary;
      expect(far(current.logits as Float32Array, expected.subarray(t * size, (t + 1) * size))).toBeLessThanOrEqual(1e-5);
      for (const [b, { source, target }] of pairs.entries()) {
        if (t >= target.length || !attention[b][t]) continue;
        const row = (current.attention as Float32Array).subarray(b * longest, (b + 1) * longest);
        expect(far(row.subarray(0, source.length), attention[b][t]!)).toBeLessThanOrEqual(1e-5);
        expect([...row.subarray(source.length)]).toEqual(Array(longest - source.length).fill(0));
      }
    }
    expect("attention" in current).toBe(model.output.attention !== "none");
  });
});

/** Of each step, where the model attends. */
function attentionOf(reference: Reference, source: readonly number[], ids: readonly number[]): (Float64Array | null)[] {
  let states = reference.start(source);
  return ids.map((id) => {
    const step = reference.step(id, states);
    ({ states } = step);
    return step.attention;
  });
}
