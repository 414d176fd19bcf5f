import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Bundle, load, UserError } from "@s2s/runtime";
import type { Trainable } from "@s2s/runtime/manifest";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Config, ConfigInput } from "../src/config.ts";
import { collate } from "../src/data/collate.ts";
import type { Executor, State } from "../src/executor.ts";
import { createCpuExecutor } from "../src/executors/cpu.ts";
import { modelConfig } from "../src/model-config.ts";
import { PairEncoder } from "../src/step/pair-encoder.ts";
import { openTrainer } from "../src/step/open-trainer.ts";
import type { TrainerOptions } from "../src/step/options.ts";
import { Trainer } from "../src/step/trainer.ts";
import { buildTrainable } from "../src/trainable.ts";
import { KINDS } from "../../../test/support/task-bundles.ts";
import { configOf } from "./support/executors.ts";
import { examples, firstWeights, trainableBundle } from "./support/trainable.ts";

const STEPS = 50;
const ATTENDS = { attention: "additive", coverage: true } as const;
let place: string;
const trainers: Trainer[] = [];

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "s2s-step-"));
});
afterEach(async () => {
  for (const trainer of trainers.splice(0)) await trainer.dispose();
});
afterAll(() => rm(place, { recursive: true }));

let folders = 0;
const bundleOf = (config: Config, weights?: State): Promise<Bundle> =>
  trainableBundle(join(place, String((folders += 1))), config, weights);

async function open(bundle: Bundle, options?: TrainerOptions): Promise<Trainer> {
  const trainer = await Trainer.open(bundle, options);
  trainers.push(trainer);
  return trainer;
}

/** Losses and gradient norms of 50 steps, each on pairs of its own. */
async function losses(trainer: Trainer): Promise<number[]> {
  const found: number[] = [];
  for (let step = 0; step < STEPS; step++) {
    const { loss, gradientNorm } = await trainer.step(examples(7, step * 7));
    found.push(loss, gradientNorm);
  }
  return found;
}

/** The same by the executor that `s2s train` uses: shards, gradients and update in graphs of their own. */
async function expectedLosses(bundle: Bundle, config: Config, threads: number): Promise<number[]> {
  const encoder = new PairEncoder(bundle.manifest, bundle.source!, bundle.target!);
  const first = firstWeights(config);
  const { slots: names, graph, teacherForcing } = bundle.manifest.trainable!;
  const slots = names
    .flatMap((slot) =>
      [...first].map(([name, { shape, data }]) => [`${slot}/${name}`, { shape, data: new Float32Array(data.length) }] as const),
    )
    .filter(([name]) => graph.inputs.some((input) => input.name === name));
  const executor: Executor = await createCpuExecutor({
    model: bundle.manifest.model,
    config,
    threads,
    state: new Map([...first, ...slots]),
  });
  const found: number[] = [];
  for (let step = 1; step <= STEPS; step++) {
    const pairs = encoder.encode(examples(7, (step - 1) * 7));
    const batch = collate(
      pairs,
      Uint32Array.from({ length: pairs.count }, (_, i) => i),
      4,
    );
    const { lossSum, gradientNorm } = await executor.step(batch, {
      step,
      learningRate: config.training.learningRate,
      scale: 1 / batch.units,
      teacherForcing,
    });
    found.push(lossSum / batch.units, gradientNorm);
  }
  await executor.close();
  return found;
}

/** Largest difference, relative to max(1, |value|). */
const difference = (found: readonly number[], expected: readonly number[]): number =>
  Math.max(...expected.map((value, i) => Math.abs(value - (found[i] ?? Number.NaN)) / Math.max(1, Math.abs(value))));

describe("a training step from a bundle", () => {
  it.each([
    ["adam", { optimizer: "adam", dropout: 0.2, labelSmoothing: 0.1 }],
    ["adamw", { optimizer: "adamw" }],
    ["momentum", { optimizer: "momentum", learningRate: 0.05 }],
    ["sgd", { optimizer: "sgd", learningRate: 0.1 }],
    [
      "looking again, and an encoder that stays",
      { optimizer: "momentum", learningRate: 0.05, coverageWeight: 1, freeze: "encoder.*" },
      ATTENDS,
    ],
  ] as const)(
    "has the losses that `s2s train` has over 50 steps, on the CPU and on wasm: %s",
    async (_, training, decoder: ConfigInput["decoder"] = {}) => {
      const config = configOf(training, decoder);
      const bundle = await bundleOf(config);
      // Masks depend on the shard, so with dropout a single one is compared.
      const expected = await expectedLosses(bundle, config, config.training.dropout > 0 ? 1 : 2);
      const cpu = await losses(await open(bundle));
      const wasm = await losses(await open(bundle, { device: "wasm" }));
      expect(cpu.at(-2)).toBeLessThan(cpu[0] as number);
      expect(difference(cpu, expected)).toBeLessThan(1e-5);
      expect(difference(wasm, expected)).toBeLessThan(1e-5);
    },
  );
});

it("takes along no moving average of the weights: what learns further is used as it is", () => {
  const config = configOf({ averageDecay: 0.9 });
  const { trainable } = buildTrainable(modelConfig(config, { source: 12, target: 12 }), config, 10);
  expect(trainable.slots).toEqual(["mean", "square"]);
  expect(trainable.graph.inputs.filter(({ name }) => name.startsWith("average/"))).toEqual([]);
});

describe("a model that was fed its own tokens", () => {
  const feedingItself = configOf({ scheduledSampling: "linear", samplingRate: 0.5, samplingSteps: 10 });

  it("is fed as many of them as in the end of its run", async () => {
    const shares = [1, 6, 1000].map((steps) =>
      buildTrainable(modelConfig(feedingItself, { source: 12, target: 12 }), feedingItself, steps),
    );
    expect(shares.map(({ trainable }) => trainable.teacherForcing)).toEqual([1, 0.75, 0.5]);
  });

  it("learns from what the share makes of a batch", async () => {
    const bundle = await bundleOf(feedingItself);
    const fed = async (teacherForcing: number): Promise<number> => {
      const trainable = { ...bundle.manifest.trainable!, teacherForcing };
      const trainer = await open({ ...bundle, manifest: { ...bundle.manifest, trainable } });
      return (await trainer.step(examples(7))).loss;
    };
    expect(await fed(1)).not.toBeCloseTo(await fed(0), 4);
  });
});

describe("a Trainer", () => {
  let bundle: Bundle;
  beforeAll(async () => {
    bundle = await bundleOf(configOf({ optimizer: "adam", learningRate: 0.02, clipNorm: 5 }));
  });

  it("learns, and gives a bundle that answers with what it learned", async () => {
    const trainer = await open(bundle, { batchSize: 8 });
    const pairs = examples(7);
    const before = await trainer.weights();
    expect(Buffer.from(before)).toEqual(await readFile(bundle.files.locate("weights.safetensors")));
    let last = Number.POSITIVE_INFINITY;
    for (let epoch = 0; epoch < 150; epoch++) {
      for await (const { loss, batches } of trainer.epoch(pairs)) {
        expect(batches).toBe(1);
        last = loss;
      }
    }
    expect(last).toBeLessThan(0.1);
    const record = await trainer.bundle();
    const tuned = await load(record, { worker: false });
    const answers = await tuned.generate(pairs.map(([source]) => source));
    await tuned.dispose();
    expect(answers.map((answer) => "text" in answer && answer.text)).toEqual(pairs.map(([, target]) => target));
    expect(tuned.manifest.training).toEqual({ createdBy: bundle.manifest.training.createdBy, seed: 1, steps: 150 });

    // And it can be trained further, from where it is.
    const further = await openTrainer(record);
    trainers.push(further);
    expect((await further.step(pairs)).loss).toBeCloseTo((await trainer.step(pairs)).loss, 5);

    await trainer.reset();
    expect([trainer.steps, Buffer.from(await trainer.weights()).equals(Buffer.from(before))]).toEqual([0, true]);
  });

  it("takes all pairs in each epoch, in batches that another run repeats", async () => {
    const run = async (trainer: Trainer) => {
      const found: (readonly [number, number])[] = [];
      for (let epoch = 0; epoch < 2; epoch++) {
        for await (const { loss, tokens } of trainer.epoch(examples(10))) found.push([loss, tokens]);
      }
      return found;
    };
    const trainer = await open(bundle, { batchSize: 4, seed: 3 });
    const first = await run(trainer);
    expect(first).toHaveLength(6);
    const tokens = examples(10).reduce((sum, [, target]) => sum + target.length + 1, 0);
    expect(first.slice(0, 3).reduce((sum, [, count]) => sum + count, 0)).toBe(tokens);
    await trainer.reset();
    expect(await run(trainer)).toEqual(first);
    expect(await run(await open(bundle, { batchSize: 4, seed: 4 }))).not.toEqual(first);
  });

  it("learns targets from their end of a model that writes so", () => {
    const { manifest, source, target } = bundle;
    const idsOf = (reversed: boolean, text: string) =>
      new PairEncoder({ ...manifest, target: { ...manifest.target!, reversed } }, source!, target!).encode([["ab", text]]).target(0);
    expect(idsOf(true, "aab")).toEqual(idsOf(false, "baa"));
    expect(idsOf(true, "aab")).not.toEqual(idsOf(false, "aab"));
  });

  it("says which characters it does not know and which pairs it cannot learn from", async () => {
    const trainer = await open(bundle);
    expect(trainer.describe(["ab", "ba"])).toEqual({ unknownSource: [], unknownTarget: [], problem: undefined });
    expect(trainer.describe(["aXbYX", "ba"])).toEqual({ unknownSource: ["X", "Y"], unknownTarget: [], problem: undefined });
    const problems: [string, string, RegExp][] = [
      ["ab", "Zaß", /the model cannot write "Z", "ß"/],
      ["", "a", /the source is empty/],
      ["a".repeat(12), "a", /the source has 12 tokens; the model reads at most 11/],
      ["a", "a".repeat(12), /the target has 12 tokens; the model writes at most 11/],
    ];
    for (const [source, target, problem] of problems) {
      expect(trainer.describe([source, target]).problem).toMatch(problem);
      const refused = trainer.step([
        ["a", "b"],
        [source, target],
      ]);
      await expect(refused).rejects.toBeInstanceOf(UserError);
      await expect(refused).rejects.toThrow(/^pair 2: /);
    }
    await expect(trainer.step([])).rejects.toThrow(/no pair/);
    const malformed: [unknown, RegExp][] = [
      [[["a"]], /^pair 1 must be two texts, \[source, target\]$/],
      [[["a", "b"], "ab"], /^pair 2 must be two texts/],
      [[["a", 5]], /^pair 1 must be two texts/],
      ["ab", /^pairs are given as \[\[source, target\], \.\.\.\]$/],
    ];
    for (const [pairs, message] of malformed) {
      await expect(trainer.step(pairs as never)).rejects.toThrow(UserError);
      await expect(trainer.step(pairs as never)).rejects.toThrow(message);
      await expect(trainer.epoch(pairs as never).next()).rejects.toThrow(message);
    }
    expect(() => trainer.describe("ab" as never)).toThrow(UserError);
    expect(trainer.steps).toBe(0);
  });

  it("keeps its weights where the loss is no number", async () => {
    const config = configOf();
    const huge = new Map([...firstWeights(config)].map(([name, { shape, data }]) => [name, { shape, data: data.map(() => 3e38) }]));
    const trainer = await open(await bundleOf(config, huge));
    const before = await trainer.weights();
    await expect(trainer.step(examples(7))).rejects.toThrow(/^step 1: the loss is no number any more; .*smaller learning rate than 0.02$/);
    expect([trainer.steps, Buffer.from(await trainer.weights()).equals(Buffer.from(before))]).toEqual([0, true]);
  });

  it("refuses options out of their bounds and a bundle that cannot be trained", async () => {
    for (const options of [{ learningRate: -1 }, { learningRate: Number.NaN }, { batchSize: 0 }, { batchSize: 1.5 }, { seed: -1 }]) {
      await expect(Trainer.open(bundle, options)).rejects.toBeInstanceOf(UserError);
    }
    const { trainable, ...plain } = bundle.manifest;
    await expect(Trainer.open({ ...bundle, manifest: plain })).rejects.toThrow(/--trainable/);
    const changed = (graph: Partial<Trainable["graph"]>): Bundle => ({
      ...bundle,
      manifest: { ...plain, trainable: { ...(trainable as Trainable), graph: { ...(trainable as Trainable).graph, ...graph } } },
    });
    const { inputs, outputs } = (trainable as Trainable).graph;
    const [first] = inputs as [(typeof inputs)[number]];
    await expect(Trainer.open(changed({ inputs: inputs.slice(1) }))).rejects.toThrow(/inputs: source is missing/);
    await expect(Trainer.open(changed({ inputs: [...inputs, first] }))).rejects.toThrow(/twice/);
    await expect(Trainer.open(changed({ inputs: [...inputs, { ...first, name: "other" }] }))).rejects.toThrow(/other is unknown/);
    await expect(Trainer.open(changed({ inputs: [{ ...first, type: "float32" }, ...inputs.slice(1)] }))).rejects.toThrow(
      /source is float32 \[B, S\]/,
    );
    await expect(Trainer.open(changed({ outputs: outputs.slice(1) }))).rejects.toThrow(/outputs: .* is missing/);
    const untrained = outputs.filter(({ name }) => !name.startsWith("next."));
    await expect(Trainer.open(changed({ outputs: untrained }))).rejects.toThrow(/outputs: no parameter is trained/);
    const half = outputs.filter(({ name }) => name !== "next.decoder.readout.b");
    await expect(Trainer.open(changed({ outputs: half }))).rejects.toThrow(/inputs: mean\/decoder.readout.b is unknown/);
    const labels = { ...bundle.manifest, task: "classify" as const, model: KINDS.classify.model };
    await expect(Trainer.open({ ...bundle, manifest: labels })).rejects.toThrow(/from texts to texts .* the task classify$/);
  });

  it("imports nothing that a page does not have", async () => {
    const seen = new Set<string>();
    const bare = new Set<string>();
    const follow = async (file: string): Promise<void> => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const [, clause, name] of (await readFile(file, "utf8")).matchAll(/^(?:import|export) ([^;]*?)from "([^"]+)";/gms)) {
        if (clause?.startsWith("type ")) continue;
        if (name?.startsWith(".")) await follow(join(dirname(file), name));
        else bare.add(name as string);
      }
    };
    await follow(fileURLToPath(new URL("../src/step/index.ts", import.meta.url)));
    expect(seen.size).toBeGreaterThan(8);
    expect([...bare].toSorted()).toEqual(["@s2s/runtime/manifest", "@s2s/runtime/ort", "@s2s/runtime/parts", "@s2s/runtime/random"]);
  });
});
