import { UserError } from "@s2s/runtime";
import type { ModelConfig } from "@s2s/runtime/manifest";
import { afterEach, describe, expect, it } from "vitest";
import { hash32 } from "../src/data/random.ts";
import type { Batch, Executor, State } from "../src/executor.ts";
import { createCpuExecutor } from "../src/executors/cpu.ts";
import { createDeviceExecutor } from "../src/executors/device.ts";
import { bytes, configOf, contextOf, expectClose, steps } from "./support/executors.ts";

const executors: Executor[] = [];

async function open(executor: Promise<Executor>): Promise<Executor> {
  executors.push(await executor);
  return executor;
}

afterEach(async () => {
  for (const executor of executors.splice(0)) await executor.close();
});

const names = (state: State): string[] => [...state.keys()];
const numbersOf = (state: State, name: string): number[] => [...state.get(name)!.data];

describe("frozen parameters", () => {
  const config = configOf({ freeze: "encoder.*, decoder.embedding.w", optimizer: "adamw" });

  it.each([
    ["the CPU's workers", () => createCpuExecutor(contextOf(config, 3))],
    ["the large model's workers", () => createCpuExecutor(contextOf(config, 2), { large: 0 })],
    ["a device", () => createDeviceExecutor(contextOf(config, 1))],
  ])("keep their bytes and have no slots: %s", async (_name, create) => {
    const executor = await open(create());
    const before = await executor.state();
    await steps(executor, 1, 4);
    const after = await executor.state();
    expect(names(after)).toEqual(names(before));
    const [old, now] = [new Map(bytes(before)), new Map(bytes(after))];
    const frozen = (name: string): boolean => name.startsWith("encoder.") || name === "decoder.embedding.w";
    for (const name of names(after)) {
      if (name.includes("/")) expect(frozen(name.split("/")[1]!), name).toBe(false);
      else if (frozen(name)) expect(now.get(name), name).toEqual(old.get(name));
      else expect(now.get(name), name).not.toEqual(old.get(name));
    }
    expect(names(after).filter(frozen).length).toBeGreaterThan(5);
  });

  it("train the others as they are trained where the gradient of what is frozen is left out", async () => {
    const [one, three, device] = [
      await open(createCpuExecutor(contextOf(config, 1))),
      await open(createCpuExecutor(contextOf(config, 3))),
      await open(createDeviceExecutor(contextOf(config, 1))),
    ];
    const expected = await steps(one, 1, 5);
    expectClose(await steps(three, 1, 5), expected);
    expectClose(await steps(device, 1, 5), expected);
    // Without its frozen part the norm is smaller; the first loss is the same.
    const free = await steps(await open(createCpuExecutor(contextOf(configOf({ optimizer: "adamw" }), 1))), 1, 1);
    expect(free[0]).toBeCloseTo(expected[0]!, 5);
    expect(free[1]).toBeGreaterThan(expected[1]!);
  });

  it("go on from a state bit for bit", async () => {
    const whole = await open(createCpuExecutor(contextOf(config, 2)));
    await steps(whole, 1, 2);
    const resumed = await open(createCpuExecutor(contextOf(config, 2, await whole.state())));
    expect(await steps(resumed, 3, 5)).toEqual(await steps(whole, 3, 5));
    expect(bytes(await resumed.state())).toEqual(bytes(await whole.state()));
  });

  it.each([
    ["encoder.*,decoders.*", "no parameter is named decoders.*; the model has encoder.embedding.*"],
    ["*", "leaves nothing to train"],
  ])("must be there, and not be all: %s", async (freeze, message) => {
    for (const create of [createCpuExecutor, createDeviceExecutor]) {
      const opening = create(contextOf(configOf({ freeze }), 1));
      await expect(opening).rejects.toThrow(`training.freeze: ${message}`);
      await expect(opening).rejects.toBeInstanceOf(UserError);
    }
  });
});

describe("first weights", () => {
  it("are all from one distribution where that is asked for", async () => {
    const uniform = await (await open(createCpuExecutor(contextOf(configOf({ initialization: "uniform" }), 1)))).state();
    const normal = await (
      await open(createDeviceExecutor(contextOf(configOf({ initialization: "normal", initializationScale: 0.5 }), 1)))
    ).state();
    const weights = (state: State): number[] =>
      [...state].filter(([name]) => !name.includes("/")).flatMap(([, { data }]) => Array.from(data));
    const [flat, bell] = [weights(uniform), weights(normal)];
    expect(Math.max(...flat.map(Math.abs))).toBeLessThanOrEqual(0.08);
    expect(Math.sqrt(flat.reduce((sum, w) => sum + w * w, 0) / flat.length)).toBeCloseTo(0.08 / Math.sqrt(3), 2);
    expect(Math.sqrt(bell.reduce((sum, w) => sum + w * w, 0) / bell.length)).toBeCloseTo(0.5, 1);
    expect(bell.filter((w) => Math.abs(w) > 1).length / bell.length).toBeCloseTo(0.0455, 1);
  });
});

describe("statistics of batch normalisation", () => {
  const shape = [2, 8, 8];
  const model: ModelConfig = {
    input: { kind: "image", channels: 2, height: 8, width: 8, filters: [3, 4], kernel: 3, normalization: "batch", features: 6 },
    encoder: null,
    output: { kind: "label", classes: 3, pooling: "last" },
  };
  const config = configOf({ batchSize: 8, optimizer: "sgd" });
  const context = (threads: number, state?: State) => ({ model, config, threads, ...(state && { state }) });
  const pictures = (step: number, size = 8): Batch => {
    const numbers = Float32Array.from({ length: size * 128 }, (_, i) => hash32(step, "picture", 0, i) / 2 ** 32);
    const labels = Int32Array.from({ length: size }, (_, i) => hash32(step, "label", 0, i) % 3);
    return {
      size,
      tensors: {
        source: { type: "float32", shape: [size, ...shape], data: numbers },
        target: { type: "int32", shape: [size], data: labels },
      },
      units: size,
    };
  };
  const learn = async (executor: Executor, from: number, to: number): Promise<void> => {
    for (let step = from; step <= to; step++) await executor.step(pictures(step), { step, learningRate: 0.1, scale: 1 / 8 });
  };
  const statistics = (state: State): string[] => names(state).filter((name) => /\.(mean|variance)$/.test(name));

  it("move towards each batch's, the same on a device, and have no slots and gradients", async () => {
    const [cpu, device] = [await open(createCpuExecutor(context(1))), await open(createDeviceExecutor(context(1)))];
    const first = await cpu.state();
    expect(statistics(first)).toHaveLength(4);
    await learn(cpu, 1, 3);
    await learn(device, 1, 3);
    const [one, other] = [await cpu.state(), await device.state()];
    expect(names(other).sort()).toEqual(names(one).sort());
    for (const name of names(one)) expectClose(numbersOf(other, name), numbersOf(one, name), 1e-5);
    for (const name of statistics(one)) expect(numbersOf(one, name)).not.toEqual(numbersOf(first, name));
    const [here, there] = [await cpu.evaluate(pictures(9)), await device.evaluate(pictures(9))];
    expect(there["loss_sum"]).toBeCloseTo(here["loss_sum"]!, 4);
  });

  it("are those of all shards: the first layer's mean is the whole batch's", async () => {
    const [alone, shared] = [await open(createCpuExecutor(context(1))), await open(createCpuExecutor(context(3)))];
    await learn(alone, 1, 1);
    await learn(shared, 1, 1);
    const [one, other] = [await alone.state(), await shared.state()];
    const name = statistics(one).find((found) => found.endsWith("mean"))!;
    expectClose(numbersOf(other, name), numbersOf(one, name), 1e-6);
  });

  it("go on from a state bit for bit", async () => {
    const whole = await open(createCpuExecutor(context(2)));
    await learn(whole, 1, 2);
    const resumed = await open(createCpuExecutor(context(2, await whole.state())));
    await learn(whole, 3, 4);
    await learn(resumed, 3, 4);
    expect(bytes(await resumed.state())).toEqual(bytes(await whole.state()));
  });
});
