import { type FloatType, serialize, traceInference } from "@s2s/graph-builder";
import { Reference, searchReference } from "@s2s/parity";
import type { ModelConfig } from "@s2s/runtime/manifest";
import { Tensor as OrtTensor, createSession } from "@s2s/runtime/ort";
import { afterAll, describe, expect, it } from "vitest";
import { type Generated, type GenerateOptions, Generator } from "../support/generate.ts";
import type { Tensor } from "../support/run-graph.ts";
import { embedWeights, modelOf, models, weightsOf } from "../support/seq2seq.ts";

const sources = [[4, 9, 3], [10, 7, 6, 5, 4, 3], [3], [8, 8, 3]];

/** Weights of decided opinion, with which some hypotheses end early, some late and some not at all. */
function weightsFor(model: ModelConfig, type: FloatType, end = 0.5): Record<string, Tensor> {
  const weights = weightsOf(traceInference(model).parameters, type);
  for (const [name, { data }] of Object.entries(weights))
    if (name.startsWith("decoder.")) data.set((data as Float64Array).map((w) => 2 * w) as never);
  weights["decoder.readout.b"].data[3] = end;
  return weights;
}

const referenceOf = (model: ModelConfig, weights: Readonly<Record<string, Tensor>>): Reference =>
  new Reference(model, new Map(Object.entries(weights).map(([name, { shape, data }]) => [name, { shape, data: data as Float64Array }])));

const open: Generator[] = [];
afterAll(async () => {
  for (const generator of open) await generator.release();
});
async function generatorOf(...options: Parameters<typeof Generator.open>): Promise<Generator> {
  const generator = await Generator.open(...options);
  open.push(generator);
  return generator;
}

const grid: GenerateOptions[] = [1, 2, 3, 8].flatMap((beams) =>
  [0, 0.6, 1, 2].flatMap((lengthPenalty) => [1, 2, 5, 12].map((maxLength) => ({ beams, lengthPenalty, maxLength }))),
);

function expectSame(found: readonly Generated[], expected: readonly Generated[], digits: number): void {
  expect(found.map(({ ids }) => ids)).toEqual(expected.map(({ ids }) => ids));
  for (const [i, { score }] of found.entries())
    expect(Math.abs(score - expected[i].score)).toBeLessThan(digits * Math.max(1, -expected[i].score));
}

describe.each(Object.entries(models))("generate.onnx, %s", (_name, model) => {
  it.each([
    ["float64", 2e-7, 1e-9],
    ["float32", 1e-5, 1e-5],
  ] as const)("finds what the search over float64 logits finds, %s", async (type, far, decided) => {
    const weights = weightsFor(model, type);
    const reference = referenceOf(model, weights);
    const generator = await generatorOf(model, weights, type);
    let compared = 0;
    const lengths = new Set<number>();
    for (const options of grid) {
      const found = await generator.run(sources, options);
      for (const [i, source] of sources.entries()) {
        const { hypotheses, margin } = searchReference(reference, source, options);
        if (margin < decided) continue;
        expectSame(found[i], hypotheses, far);
        compared += 1;
        for (const { ids } of hypotheses) lengths.add(ids.length);
      }
    }
    // Decisions too close to call are rare, and hypotheses of all lengths occur.
    expect(compared).toBeGreaterThan(0.9 * grid.length * sources.length);
    expect(lengths.size).toBeGreaterThanOrEqual(5);
  });
});

describe("generate.onnx", () => {
  const model = models["bidirectional, two layers, reversed"];
  const weights = weightsFor(model, "float32");

  it("gives each source of a batch exactly what it gets alone", async () => {
    const generator = await generatorOf(model, weights);
    for (const beams of [1, 2, 5]) {
      const options = { beams, maxLength: 20, lengthPenalty: 1 };
      const together = await generator.run(sources, options);
      for (const [i, source] of sources.entries()) expect((await generator.run([source], options))[0]).toEqual(together[i]);
      expect(await generator.run(sources.toReversed(), options)).toEqual(together.toReversed());
    }
  });

  it("finds the same with the wasm build", async () => {
    const [node, wasm] = [await generatorOf(model, weights), await generatorOf(model, weights, "float32", "wasm")];
    for (const options of grid.filter(({ lengthPenalty }) => lengthPenalty === 1)) {
      const [expected, found] = [await node.run(sources, options), await wasm.run(sources, options)];
      for (const i of sources.keys()) expectSame(found[i], expected[i], 1e-5);
    }
  });

  it("is greedily what the split graphs say step by step", async () => {
    const { encoder, decoder, states } = traceInference(model);
    embedWeights(encoder!, weights);
    embedWeights(decoder, weights);
    const [encode, decode] = [await createSession(serialize(encoder!)), await createSession(serialize(decoder))];
    const generator = await generatorOf(model, weights);
    const maxLength = 15;
    const found = await generator.run(sources, { beams: 1, maxLength, lengthPenalty: 0 });
    for (const [i, source] of sources.entries()) {
      let outputs = await encode.run({
        source: new OrtTensor("int32", Int32Array.from(source), [1, source.length]),
        source_lengths: new OrtTensor("int32", Int32Array.of(source.length), [1]),
      });
      let from: "initial" | "output" = "initial";
      const ids = [2];
      let score = 0;
      while (ids.length <= maxLength && (ids.length === 1 || ids.at(-1) !== 3)) {
        const before = Object.fromEntries(states.map((state) => [state.input, outputs[state[from]!]]));
        outputs = await decode.run({ token: new OrtTensor("int32", Int32Array.of(ids.at(-1)!), [1]), ...before });
        from = "output";
        const logits = Array.from(outputs.logits.data as Float32Array);
        const best = Math.max(...logits.filter((_, id) => id !== 0 && id !== 2));
        score += best - Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
        ids.push(logits.indexOf(best));
      }
      expectSame(found[i], [{ ids: ids.slice(1).filter((id) => id !== 3), score }], 1e-5);
    }
    await Promise.all([encode.release(), decode.release()]);
  });

  it.each([0, 0.6, 2])(
    "holds every target in order where the beams are as many, and no others, length penalty %s",
    async (lengthPenalty) => {
      const tiny = modelOf({}, {}, { target: 6 });
      const own = weightsFor(tiny, "float64", 0);
      const [reference, generator] = [referenceOf(tiny, own), await generatorOf(tiny, own, "float64")];
      const maxLength = 3;
      // Tokens 1, 4 and 5 up to three times, the shorter ones with </s>: 1 + 3 + 9 + 27.
      const targets: number[][] = [[]];
      for (const ids of targets) if (ids.length < maxLength) targets.push(...[1, 4, 5].map((id) => ids.concat(id)));
      for (const source of sources) {
        const score = (ids: readonly number[]): number => {
          const tokens = ids.length < maxLength ? [...ids, 3] : ids;
          const rows = reference.logits(source, [2, ...tokens.slice(0, -1)]);
          return tokens.reduce((sum, id, t) => sum + rows[t][id] - Math.log(rows[t].reduce((all, logit) => all + Math.exp(logit), 0)), 0);
        };
        const rank = ({ ids, score: sum }: Generated): number => sum / ((5 + Math.min(ids.length + 1, maxLength)) / 6) ** lengthPenalty;
        const all = targets.map((ids) => ({ ids, score: score(ids) })).toSorted((a, b) => rank(b) - rank(a));
        const [found] = await generator.run([source], { beams: 50, maxLength, lengthPenalty });
        expectSame(found, all, 2e-7);
      }
    },
  );

  it("takes the lower id, and the hypothesis that was found first, of equal ones", async () => {
    const flat = Object.fromEntries(
      Object.entries(weights).map(([name, { type, shape, data }]) => [name, { type, shape, data: new Float32Array(data.length) }]),
    );
    const generator = await generatorOf(model, flat);
    const nat = -Math.log(model.output.vocabulary);
    const [greedy] = await generator.run([[4, 3]], { beams: 1, maxLength: 3, lengthPenalty: 0 });
    expectSame(greedy, [{ ids: [1, 1, 1], score: 3 * nat }], 1e-6);
    const [two] = await generator.run([[4, 3]], { beams: 2, maxLength: 3, lengthPenalty: 0 });
    expectSame(
      two,
      [
        { ids: [], score: nat },
        { ids: [1], score: 2 * nat },
      ],
      1e-6,
    );
  });

  it("ends as soon as every source is done, however many steps there might be", async () => {
    const eager = weightsFor(model, "float32", 12);
    const generator = await generatorOf(model, eager);
    const begin = performance.now();
    for (const beams of [1, 2]) {
      const found = await generator.run(sources, { beams, maxLength: 1_000_000, lengthPenalty: 0 });
      for (const [best] of found) expect(best.ids).toEqual([]);
    }
    expect(performance.now() - begin).toBeLessThan(5_000);
  });
});
