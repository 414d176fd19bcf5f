import { afterEach, describe, expect, it } from "vitest";
import { weightsOf } from "../src/checkpoint.ts";
import type { Config } from "../src/config.ts";
import type { EvaluationSums, Executor, State } from "../src/executor.ts";
import { createCpuExecutor } from "../src/executors/cpu.ts";
import { batchOf, brokenBatch, bytes, configOf, contextOf, expectClose, steps } from "./support/executors.ts";

const STEPS = 10;
const executors: Executor[] = [];

async function open(
  config: Config,
  threads: number,
  { state, ...bounds }: { state?: State; large?: number; huge?: number } = {},
): Promise<Executor> {
  const executor = await createCpuExecutor(contextOf(config, threads, state), bounds);
  executors.push(executor);
  return executor;
}

afterEach(async () => {
  for (const executor of executors.splice(0)) await executor.close();
});

const sums = (found: EvaluationSums): number[] => ["loss_sum", "units", "correct"].map((name) => found[name]!);

describe("the CPU's executor", () => {
  it.each([
    ["sgd", 0.5],
    ["momentum", 0.1],
    ["adam", 0.02],
    ["adamw", 0.02],
    ["nadam", 0.02],
    ["rmsprop", 0.02],
    ["adagrad", 0.1],
    ["adadelta", 10],
  ] as const)("gives the same with 1, 2 and 3 threads: %s", async (optimizer, learningRate) => {
    const config = configOf({ optimizer });
    const alone = await open(config, 1);
    const untrained = await alone.evaluate(batchOf(1));
    const expected = await steps(alone, 1, STEPS, { learningRate });
    expect((await alone.evaluate(batchOf(1)))["loss_sum"]).toBeLessThan(untrained["loss_sum"]! - 0.1);
    for (const threads of [2, 3]) {
      const several = await open(config, threads);
      expectClose(await steps(several, 1, STEPS, { learningRate }), expected);
      const [one, other] = [await alone.evaluate(batchOf(99)), await several.evaluate(batchOf(99))];
      expectClose(sums(other), sums(one), 1e-3);
    }
  });

  it.each([1, 3])("measures the moving average of the weights, and trains as without it, with %i threads", async (threads) => {
    const averaged = await open(configOf({ averageDecay: 0.8 }), threads);
    const plain = await open(configOf(), threads);
    expect(await steps(averaged, 1, STEPS)).toEqual(await steps(plain, 1, STEPS));
    const state = await averaged.state();
    const kept = weightsOf(state);
    expect(kept.get("decoder.readout.w")).toEqual(state.get("average/decoder.readout.w"));
    expect(kept.get("decoder.readout.w")).not.toEqual(state.get("decoder.readout.w"));
    const sgd = await open(configOf({ optimizer: "sgd" }), threads, { state: kept });
    expect(await averaged.evaluate(batchOf(99))).toEqual(await sgd.evaluate(batchOf(99)));
    expect(await steps(averaged, STEPS + 1, STEPS + 2)).toEqual(await steps(plain, STEPS + 1, STEPS + 2));
  });

  it("clips by the norm of all gradients, whoever computed them", async () => {
    const clipped = await steps(await open(configOf({ clipNorm: 0.01, optimizer: "sgd" }), 2), 1, 3);
    const free = await steps(await open(configOf({ clipNorm: 0, optimizer: "sgd" }), 2), 1, 3);
    expectClose(clipped.slice(0, 2), free.slice(0, 2), 1e-6);
    expect(Math.abs(clipped[4] - free[4])).toBeGreaterThan(1e-4);
    expectClose(await steps(await open(configOf({ clipNorm: 0.01, optimizer: "sgd" }), 3), 1, 3), clipped);
  });

  it.each([1, 2, 3])("goes on from a state bit for bit, with dropout, with %i threads", async (threads) => {
    const config = configOf({ dropout: 0.3, labelSmoothing: 0.1 });
    const whole = await open(config, threads);
    const before = await steps(whole, 1, 4);
    const state = await whole.state();
    const expected = await steps(whole, 5, 8);
    const resumed = await open(config, threads, { state });
    expect(await steps(resumed, 5, 8)).toEqual(expected);
    expect(bytes(await resumed.state())).toEqual(bytes(await whole.state()));
    expect(expected).not.toEqual(before);
  });

  it("gives a state that later steps do not change", async () => {
    const executor = await open(configOf(), 2);
    const state = await executor.state();
    const copy = bytes(state);
    await steps(executor, 1, 1);
    expect(bytes(state)).toEqual(copy);
    expect(bytes(await executor.state())).not.toEqual(copy);
  });

  it("gives the same where a model is so large that batches are not cut", async () => {
    const cut = await open(configOf(), 3);
    const whole = await open(configOf(), 3, { large: 0 });
    expectClose(await steps(whole, 1, STEPS), await steps(cut, 1, STEPS));
    const [one, other] = [await cut.evaluate(batchOf(99)), await whole.evaluate(batchOf(99))];
    expectClose(sums(other), sums(one), 1e-3);
  });

  it("gives the same bytes where memory counts before speed", async () => {
    const config = configOf({ dropout: 0.3, lossChunk: 5 });
    const [fast, frugal] = [await open(config, 2, { large: 0 }), await open(config, 2, { large: 0, huge: 0 })];
    expect(await steps(frugal, 1, STEPS)).toEqual(await steps(fast, 1, STEPS));
    expect(bytes(await frugal.state())).toEqual(bytes(await fast.state()));
    expect(await frugal.evaluate(batchOf(99))).toEqual(await fast.evaluate(batchOf(99)));
  });

  it("uses all threads for a large model, however small its batches are", async () => {
    const config = configOf({ batchSize: 1 });
    let started = 0;
    const count = (): void => void (started += 1);
    process.on("worker", count);
    const [cut, whole] = [await open(config, 3), await open(config, 3, { large: 0 })];
    process.off("worker", count);
    expect(started).toBe(1 + 3);
    expectClose(await steps(whole, 1, 3, { size: 1 }), await steps(cut, 1, 3, { size: 1 }));
  });

  it("takes batches with fewer rows than workers, between whole ones", async () => {
    const [one, three] = [await open(configOf(), 1), await open(configOf(), 3)];
    for (const [i, size] of [7, 2, 1, 7].entries()) {
      expectClose(await steps(three, i + 1, i + 1, { size }), await steps(one, i + 1, i + 1, { size }));
    }
    const [expected, found] = [await one.evaluate(batchOf(5, 2)), await three.evaluate(batchOf(5, 2))];
    expectClose(sums(found), sums(expected), 1e-3);
  });

  it.each([0, 6])("says what went wrong in one worker while the others wait: row %i", { timeout: 20_000 }, async (row) => {
    const executor = await open(configOf(), 3);
    const before = bytes(await executor.state());
    const step = executor.step(brokenBatch(row), { step: 1, learningRate: 0.02, scale: 1 });
    await expect(step).rejects.toThrow(/1000/);
    // Nobody had begun the update.
    expect(bytes(await executor.state())).toEqual(before);
  });

  it("finishes a step before it is closed", { timeout: 20_000 }, async () => {
    const executor = await open(configOf(), 3);
    const step = executor.step(batchOf(1), { step: 1, learningRate: 0.02, scale: 1 });
    await executor.close();
    expect((await step).lossSum).toBeGreaterThan(0);
    await expect(executor.state()).rejects.toThrow("closed");
  });
});
