import { UserError } from "@s2s/runtime";
import { afterEach, describe, expect, it } from "vitest";
import type { Executor } from "../src/executor.ts";
import { createCpuExecutor } from "../src/executors/cpu.ts";
import { createDeviceExecutor } from "../src/executors/device.ts";
import { batchOf, brokenBatch, bytes, configOf, contextOf, expectClose, steps } from "./support/executors.ts";

const executors: Executor[] = [];

async function open(executor: Promise<Executor>): Promise<Executor> {
  executors.push(await executor);
  return executor;
}

afterEach(async () => {
  for (const executor of executors.splice(0)) await executor.close();
});

// The CPU provider stands for CUDA, which takes the same way: train.onnx with its loops, weights handed in and out.
describe("the devices' executor", () => {
  it.each([
    ["sgd", 0],
    ["adam", 0],
    ["adam", 0.8],
  ] as const)("takes the steps that the CPU's takes with one thread, dropout included: %s, average %d", async (optimizer, averageDecay) => {
    const config = configOf({ optimizer, averageDecay, dropout: 0.2, labelSmoothing: 0.1 });
    const cpu = await open(createCpuExecutor(contextOf(config, 1)));
    const device = await open(createDeviceExecutor(contextOf(config, 1)));
    expectClose(await steps(device, 1, 6), await steps(cpu, 1, 6));
    const [expected, found] = [await cpu.evaluate(batchOf(99)), await device.evaluate(batchOf(99))];
    expect(Object.keys(found).sort()).toEqual(["correct", "loss_sum", "units"]);
    for (const [name, value] of Object.entries(expected)) expect(found[name], name).toBeCloseTo(value, 3);
    const [one, other] = [await cpu.state(), await device.state()];
    expect([...other.keys()]).toEqual([...one.keys()]);
    for (const [name, { shape, data }] of one) {
      expect(other.get(name)?.shape).toEqual(shape);
      expectClose([...other.get(name)!.data], [...data]);
    }
  });

  it("goes on from a state bit for bit", async () => {
    const config = configOf({ dropout: 0.3 });
    const whole = await open(createDeviceExecutor(contextOf(config, 1)));
    await steps(whole, 1, 3);
    const state = await whole.state();
    const expected = await steps(whole, 4, 6);
    const resumed = await open(createDeviceExecutor(contextOf(config, 1, state)));
    expect(await steps(resumed, 4, 6)).toEqual(expected);
    expect(bytes(await resumed.state())).toEqual(bytes(await whole.state()));
  });

  it("says what went wrong in a step and can be closed then", async () => {
    const device = await open(createDeviceExecutor(contextOf(configOf(), 1)));
    await expect(device.step(brokenBatch(3), { step: 1, learningRate: 0.02, scale: 1 })).rejects.toThrow(/1000/);
  });

  it("takes another model's weights for a user's mistake, as the CPU's does", async () => {
    const state = await (await open(createCpuExecutor(contextOf(configOf({ optimizer: "sgd" }), 1)))).state();
    for (const create of [createDeviceExecutor, createCpuExecutor]) {
      const opening = create(contextOf(configOf({ optimizer: "adam" }), 1, state));
      await expect(opening).rejects.toThrow(/no tensor mean\/.*another model or optimizer/);
      await expect(opening).rejects.toBeInstanceOf(UserError);
    }
  });
});
