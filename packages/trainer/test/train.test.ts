import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@s2s/runtime";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CheckpointFolder } from "../src/checkpoint.ts";
import type { StepEvent } from "../src/events.ts";
import { readRunConfig } from "../src/run-folder.ts";
import type { CreateExecutor } from "../src/train-options.ts";
import { failure } from "./support/failure.ts";
import { createToyExecutor, ToyExecutor } from "./support/toy-executor.ts";
import { collect, eventsOf, temporaryFolder, toyConfig, toyOptions, writePairs } from "./support/toy-run.ts";

let temporary: ReturnType<typeof temporaryFolder>;
let data: string;
let out: string;
beforeEach(() => {
  temporary = temporaryFolder();
  data = writePairs(temporary.path, 60);
  out = join(temporary.path, "run");
});
afterEach(() => temporary.remove());

describe("a run", () => {
  test("tells its start, steps, validations, checkpoints and end", async () => {
    const events = await collect(toyOptions(out, toyConfig(data)));
    expect(events[0]).toMatchObject({
      type: "start",
      folder: out,
      examples: { training: 45, validation: 15 },
      filter: { read: 60, longSources: 0, longTargets: 0 },
      vocabulary: { source: 12, target: 12 },
      parameters: 12 * 12 + 12,
      threads: 1,
      epochs: 3,
      stepsPerEpoch: 12,
    });
    expect(events[0]).not.toHaveProperty("resumed");
    const steps = eventsOf(events, "step");
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 36 }, (_, i) => i + 1));
    expect(steps.map(({ epoch, batch }) => [epoch, batch]).slice(10, 14)).toEqual([
      [1, 11],
      [1, 12],
      [2, 1],
      [2, 2],
    ]);
    expect(
      steps.every(
        ({ loss, unitsPerSecond, gradientNorm, secondsLeft }) => loss > 0 && unitsPerSecond > 0 && gradientNorm > 0 && secondsLeft >= 0,
      ),
    ).toBe(true);
    expect((steps.at(-1) as StepEvent).secondsLeft).toBe(0);
    expect((steps.at(-1) as StepEvent).epochLoss).toBeLessThan((steps[11] as StepEvent).epochLoss);
    const checkpoints = eventsOf(events, "checkpoint");
    expect(checkpoints.map(({ step }) => step)).toEqual([4, 8, 12, 16, 20, 24, 28, 32, 36]);
    const validations = eventsOf(events, "validation");
    expect(validations.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 12],
      [2, 24],
      [3, 36],
    ]);
    for (const { validation } of validations) expect(validation?.perplexity).toBeCloseTo(Math.exp(validation?.loss ?? 0), 12);
    expect(events.at(-1)).toMatchObject({ type: "finished", folder: out, epochs: 3, step: 36, bundle: join(out, "bundle") });
    expect(eventsOf(events, "finished")[0]?.next.join("\n")).toContain(`s2s translate ${out}`);
  });

  test("learns, and the bundle decodes", async () => {
    const events = await collect(toyOptions(out, toyConfig(data, { epochs: 12, learningRate: 0.2 })));
    expect(eventsOf(events, "finished")[0]?.validation).toMatchObject({ tokenAccuracy: 1, sequenceAccuracy: 1 });
    expect(eventsOf(events, "validation")[0]?.validation?.sequenceAccuracy).toBeLessThan(1);
  });

  test("leaves a folder with all its parts and nothing temporary", async () => {
    await collect(toyOptions(out, toyConfig(data)));
    expect(readdirSync(out).sort()).toEqual([
      "bundle",
      "checkpoints",
      "config.json",
      "data.json",
      "metrics.jsonl",
      "source.tokenizer.json",
      "target.tokenizer.json",
    ]);
    expect(readdirSync(join(out, "checkpoints")).sort()).toEqual(["best.safetensors", "last.safetensors", "previous.safetensors"]);
    expect((await readRunConfig(out)).training).toMatchObject({ threads: 1, epochs: 3, learningRate: 0.3 });
  });

  test("writes metrics as JSON lines", async () => {
    await collect(toyOptions(out, toyConfig(data)));
    const lines = readFileSync(join(out, "metrics.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ kind, epoch, step }) => [kind, epoch, step])).toEqual([
      ["training", 1, 10],
      ["validation", 1, 12],
      ["training", 2, 20],
      ["validation", 2, 24],
      ["training", 3, 30],
      ["validation", 3, 36],
    ]);
    expect(lines[0]).toMatchObject({ learningRate: 0.3, loss: expect.any(Number), gradientNorm: expect.any(Number) });
    expect(lines[1]).toMatchObject({ loss: expect.any(Number), tokenAccuracy: expect.any(Number), sequenceAccuracy: expect.any(Number) });
  });

  test("measures training examples beside the held-out ones where it is asked to", async () => {
    await collect(toyOptions(out, toyConfig(data, { measureTraining: true, epochs: 8 })));
    const lines = readFileSync(join(out, "metrics.jsonl"), "utf8").trimEnd().split("\n");
    const found = lines.map((line) => JSON.parse(line) as Record<string, number>).filter((line) => "trainingAccuracy" in line);
    expect(found.length).toBe(8);
    // It learns, and what it was shown no worse than what it was not.
    expect(found[7]!["trainingAccuracy"]).toBeGreaterThan(found[0]!["trainingAccuracy"]!);
    expect(found[7]!["trainingAccuracy"]).toBeLessThanOrEqual(1);
  });

  test("works without held-out pairs, decoding and saving inside epochs: the newest weights are kept", async () => {
    const options = toyOptions(out, toyConfig(data, { saveEvery: 0 }, { validFraction: 0 }));
    const events = await collect({ ...options, measure: undefined } as typeof options);
    expect(eventsOf(events, "checkpoint").map(({ step }) => step)).toEqual([15, 30, 45]);
    expect(eventsOf(events, "validation").every((event) => event.best && event.validation === undefined)).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: "finished", bestEpoch: 3 });
    expect(existsSync(join(out, "bundle", "s2s.json"))).toBe(true);
  });
});

describe("early stopping", () => {
  /** Validation losses come from a script, so that the best epoch is known. */
  const scripted =
    (losses: readonly number[]): CreateExecutor =>
    async (context) => {
      const toy = new ToyExecutor(context);
      let steps = 0;
      const perEpoch = 12;
      return {
        step: (batch, options) => {
          steps = options.step;
          return toy.step(batch, options);
        },
        evaluate: async ({ units }) => ({
          loss_sum: (losses[steps / perEpoch - 1] as number) * units,
          units,
          correct: 0,
        }),
        state: () => toy.state(),
        close: () => toy.close(),
      };
    };

  test("stops after `patience` epochs without a better loss and keeps the best weights", async () => {
    const weights: Float32Array[] = [];
    const createExecutor = scripted([3, 2, 2.5, 2, 1, 1]);
    const events = await collect(toyOptions(out, toyConfig(data, { epochs: 6, patience: 2 }), { createExecutor }), (event) => {
      if (event.type === "checkpoint" && event.step === 24) weights.push(readWeights());
      return false;
    });
    expect(eventsOf(events, "validation").map(({ best }) => best)).toEqual([true, true, false, false]);
    expect(eventsOf(events, "early-stop")).toEqual([{ type: "early-stop", epoch: 4, bestEpoch: 2, patience: 2 }]);
    expect(events.at(-1)).toMatchObject({ type: "finished", epochs: 4, bestEpoch: 2, validation: { loss: 2 } });
    const best = await new CheckpointFolder(join(out, "checkpoints")).loadBest();
    expect(best).toMatchObject({ epoch: 2, step: 24, validation: { loss: 2 } });
    expect([...best.weights.keys()].sort()).toEqual(["readout.b", "readout.w"]);
    expect(weights).toHaveLength(1);
    expect(readWeights()).toEqual(weights[0]);
    const manifest = JSON.parse(readFileSync(join(out, "bundle", "s2s.json"), "utf8")) as { training: unknown };
    expect(manifest.training).toMatchObject({ seed: 1, steps: 24, epochs: 2, validation: { loss: 2 } });
  });

  test("goes by the answers where it is told to: the loss decides between equal ones alone", async () => {
    const shares = [0.2, 0.6, 0.6, 0.6, 0.5, 0.4];
    const limits: number[] = [];
    const options = toyOptions(out, toyConfig(data, { epochs: 6, patience: 2, best: "answers", answered: 7 }), {
      createExecutor: scripted([1, 3, 4, 2, 1, 1]),
      measure: async (_task, _bundle, _examples, limit) => ({ sequenceAccuracy: shares[limits.push(limit) - 1]! }),
    });
    const events = await collect(options);
    expect(limits).toEqual([7, 7, 7, 7, 7, 7]);
    expect(eventsOf(events, "validation").map(({ best }) => best)).toEqual([true, true, false, true, false, false]);
    expect(events.at(-1)).toMatchObject({ type: "finished", bestEpoch: 4, validation: { loss: 2, sequenceAccuracy: 0.6 } });
    expect(await new CheckpointFolder(join(out, "checkpoints")).loadBest()).toMatchObject({
      epoch: 4,
      validation: { sequenceAccuracy: 0.6 },
    });
    await expect(collect({ ...options, folder: join(temporary.path, "other"), measure: undefined } as typeof options)).rejects.toThrow(
      "needs `measure`",
    );
  });

  test("a patience of 0 never stops, and the last epoch's end is no early stop", async () => {
    const never = await collect(toyOptions(out, toyConfig(data, { epochs: 4 }), { createExecutor: scripted([1, 2, 3, 4]) }));
    expect(never.at(-1)).toMatchObject({ type: "finished", epochs: 4, bestEpoch: 1 });
    const other = join(temporary.path, "other");
    const last = await collect(toyOptions(other, toyConfig(data, { epochs: 3, patience: 2 }), { createExecutor: scripted([1, 2, 3]) }));
    expect(eventsOf(last, "early-stop")).toEqual([]);
  });

  function readWeights(): Float32Array {
    return new Float32Array(new Uint8Array(readFileSync(join(out, "bundle", "weights.safetensors")).subarray(-144 * 4)).buffer);
  }
});

describe("divergence", () => {
  const failing =
    (at: number, change: object): CreateExecutor =>
    async (context) => {
      const toy = new ToyExecutor(context);
      return {
        step: async (batch, options) => ({ ...(await toy.step(batch, options)), ...(options.step === at ? change : {}) }),
        evaluate: (batch) => toy.evaluate(batch),
        state: () => toy.state(),
        close: () => toy.close(),
      };
    };

  test.each([
    ["the loss becomes NaN", { lossSum: Number.NaN }, /loss became NaN at step 11 \(epoch 1\)/],
    ["the loss becomes infinite", { lossSum: Number.POSITIVE_INFINITY }, /loss became Infinity at step 11/],
    ["the gradient norm becomes NaN", { gradientNorm: Number.NaN }, /gradient norm became NaN at step 11/],
  ])("stops where %s, names the step and keeps the last good checkpoint", async (_, change, message) => {
    const error = await failure(collect(toyOptions(out, toyConfig(data), { createExecutor: failing(11, change) })));
    expect(error.message).toMatch(message);
    expect(error.message).toContain(`checkpoint of step 8 in ${out} is kept`);
    const loaded = await new CheckpointFolder(join(out, "checkpoints")).load();
    expect(loaded?.checkpoint.position.step).toBe(8);
  });

  test("says so where nothing had been saved", async () => {
    const error = await failure(collect(toyOptions(out, toyConfig(data), { createExecutor: failing(2, { lossSum: Number.NaN }) })));
    expect(error.message).toContain("no checkpoint had been saved yet");
    expect(existsSync(join(out, "checkpoints"))).toBe(false);
  });

  test("never saves weights that are not finite, though the loss still was", async () => {
    const createExecutor: CreateExecutor = async (context) => {
      const toy = new ToyExecutor(context);
      let step = 0;
      return {
        step: (batch, options) => ((step = options.step), toy.step(batch, options)),
        evaluate: (batch) => toy.evaluate(batch),
        state: async () => {
          const state = await toy.state();
          if (step === 8) state.get("momentum/readout.b")!.data[1] = Number.NEGATIVE_INFINITY;
          return state;
        },
        close: () => toy.close(),
      };
    };
    const error = await failure(collect(toyOptions(out, toyConfig(data), { createExecutor })));
    expect(error.message).toMatch(/momentum\/readout.b is no longer finite at step 8/);
    expect((await new CheckpointFolder(join(out, "checkpoints")).load())?.checkpoint.position.step).toBe(4);
  });

  test("a validation loss that is not a number", async () => {
    const createExecutor: CreateExecutor = async (context) =>
      Object.assign(new ToyExecutor(context), { evaluate: async () => ({ lossSum: Number.NaN, tokens: 1, correct: 0 }) });
    const error = await failure(collect(toyOptions(out, toyConfig(data), { createExecutor })));
    expect(error.message).toMatch(/validation loss became NaN at step 12 \(epoch 1\)/);
  });
});

describe("stopping on request", () => {
  test("finishes the step, saves and says how to go on", async () => {
    const controller = new AbortController();
    const events = await collect(toyOptions(out, toyConfig(data), { signal: controller.signal }), (event) => {
      if (event.type === "step" && event.step === 6) controller.abort();
      return false;
    });
    expect(eventsOf(events, "step").at(-1)?.step).toBe(6);
    expect(events.slice(-2)).toEqual([
      { type: "checkpoint", epoch: 1, step: 6, file: join(out, "checkpoints", "last.safetensors") },
      { type: "interrupted", folder: out, epoch: 1, step: 6, next: [`s2s train --resume ${out}`] },
    ]);
  });

  test("before the first step, and in a folder whose name needs quotes", async () => {
    const folder = join(temporary.path, "it's a run");
    const events = await collect(toyOptions(folder, toyConfig(data), { signal: AbortSignal.abort() }));
    expect(events.map(({ type }) => type)).toEqual(["start", "checkpoint", "interrupted"]);
    expect(eventsOf(events, "interrupted")[0]?.next[0]).toBe(String.raw`s2s train --resume '${temporary.path}/it'\''s a run'`);
  });

  test("a validation under way is given up and done again later", async () => {
    const controller = new AbortController();
    const createExecutor: CreateExecutor = async (context) => {
      const toy = new ToyExecutor(context);
      return Object.assign(toy, {
        evaluate: async (batch: Parameters<typeof toy.evaluate>[0]) => {
          controller.abort();
          return ToyExecutor.prototype.evaluate.call(toy, batch);
        },
      });
    };
    const events = await collect(toyOptions(out, toyConfig(data), { signal: controller.signal, createExecutor }));
    expect(eventsOf(events, "validation")).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: "interrupted", epoch: 1, step: 12 });
    const resumed = await collect(toyOptions(out, toyConfig(data), { resume: true }));
    expect(resumed[1]).toMatchObject({ type: "validation", epoch: 1, step: 12 });
  });

  test("closes the executor and gives the folder back where the consumer turns away", async () => {
    let closed = 0;
    const createExecutor: CreateExecutor = async (context) =>
      Object.assign(await createToyExecutor(context), { close: async () => void (closed += 1) });
    await collect(toyOptions(out, toyConfig(data), { createExecutor }), ({ type }) => type === "step");
    expect(closed).toBe(1);
    expect(existsSync(join(out, "train.lock"))).toBe(false);
  });
});

describe("what fails before the first step", () => {
  test("leaves no run folder behind", async () => {
    await failure(collect(toyOptions(out, toyConfig(join(temporary.path, "none.tsv")))));
    const createExecutor: CreateExecutor = () => Promise.reject(new UserError("no such provider"));
    await failure(collect(toyOptions(out, toyConfig(data), { createExecutor })));
    expect(existsSync(out)).toBe(false);
  });

  test("a folder that holds a run or other files is refused, before the data is read", async () => {
    await collect(toyOptions(out, toyConfig(data, { epochs: 1 })));
    const again = await failure(collect(toyOptions(out, toyConfig("/nonexistent.tsv"))));
    expect(again.message).toContain(`--resume ${out}`);
    const foreign = join(temporary.path, "foreign");
    mkdirSync(foreign);
    writeFileSync(join(foreign, "thesis.txt"), "");
    expect((await failure(collect(toyOptions(foreign, toyConfig(data))))).message).toContain("thesis.txt");
  });
});

test("prints nothing", async () => {
  const spies = [vi.spyOn(process.stdout, "write"), vi.spyOn(process.stderr, "write"), vi.spyOn(console, "log"), vi.spyOn(console, "warn")];
  await collect(toyOptions(out, toyConfig(data, { epochs: 1 })));
  for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});
