import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DeviceReport, checkParity } from "@s2s/parity";
import { readBundle } from "@s2s/runtime";
import type { Precision, Trainable } from "@s2s/runtime/manifest";
import { resolveConfig } from "@s2s/trainer";
import { afterAll, beforeAll, describe, expect, test, type TestContext } from "vitest";
import { addTrainable } from "../../packages/trainer/src/trainable.ts";
import { useSwiftShader } from "../support/swiftshader.ts";
import { KINDS, type Made, SHAPE, writeMadeBundle } from "../support/task-bundles.ts";
import { COPYING } from "./support/made.ts";

const inCi = process.env["CI"] !== undefined;
const gpuPromised = useSwiftShader() || inCi;
const every: readonly Precision[] = ["float32", "float16", "int8"];
const most = ["node-cpu", "node-wasm", "chromium-wasm"];
const all = [...most, "node-webgpu", "chromium-webgpu"];

const image = { ...SHAPE, kind: "image" as const, filters: [4, 5], kernel: 3, features: 7, normalization: "batch" as const };
const encoder = { cell: "lstm", hidden: 8, layers: 1, bidirectional: false, reverseSource: false, residual: false } as const;

/** A model for each task, and for each kind of source: trained by which rule, and seen where. */
const cases: Readonly<
  Record<string, { readonly made: Made; readonly optimizer: Trainable["optimizer"]; readonly devices: readonly string[] }>
> = {
  "a label of a text": { made: KINDS.classify, optimizer: "adam", devices: all },
  "a label of an image, batch normalisation": {
    made: {
      task: "classify",
      model: {
        input: image,
        encoder: null,
        output: { kind: "label", classes: 4, pooling: "last" },
      },
    },
    optimizer: "sgd",
    devices: most,
  },
  "labels of tokens": { made: KINDS.tag, optimizer: "momentum", devices: most },
  "labels of vectors, read from their end": {
    made: {
      task: "tag",
      model: { input: { kind: "vectors", width: 3 }, encoder: { ...encoder, reverseSource: true }, output: { kind: "labels", classes: 4 } },
    },
    optimizer: "adagrad",
    devices: most,
  },
  "texts by themselves": { made: KINDS.generate, optimizer: "adamw", devices: most },
  "numbers one at a time": { made: KINDS.forecast, optimizer: "rmsprop", devices: most },
  "numbers all at once": {
    made: {
      ...KINDS.forecast,
      model: {
        ...KINDS.forecast.model,
        encoder: { ...encoder, bidirectional: true },
        output: { kind: "numbers", width: 1, steps: 4, mode: "direct", indices: [0] },
      },
    },
    optimizer: "nadam",
    devices: most,
  },
  "a caption of an image": { made: KINDS.caption, optimizer: "adam", devices: most },
  "a caption of an image that is attended to, batch normalisation": {
    made: {
      ...KINDS.caption,
      model: {
        input: image,
        encoder: null,
        output: { ...KINDS.caption.model.output, attention: "additive", bridge: "mean" },
      },
    },
    optimizer: "adadelta",
    devices: most,
  },
  "a caption of a vector": { made: KINDS.vector, optimizer: "adam", devices: most },
  "words for frames": { made: KINDS.frames, optimizer: "adam", devices: most },
  "words for vectors": {
    made: {
      ...KINDS.frames,
      model: {
        input: { kind: "vectors", width: 4 },
        encoder: { ...encoder, bidirectional: true },
        output: { ...KINDS.frames.model.output, attention: "general", coverage: true },
      },
    },
    optimizer: "adam",
    devices: most,
  },
  "texts that copy": { made: COPYING, optimizer: "adam", devices: most },
  drawings: { made: KINDS.draw, optimizer: "adam", devices: most },
  "texts written by hand": { made: KINDS.write, optimizer: "adam", devices: all },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "s2s-parity-tasks-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(Object.entries(cases))("%s", (name, { made, optimizer, devices }) => {
  let written: Promise<string> | undefined;
  const write = async (): Promise<string> => {
    const bundle = join(folder, name);
    await writeMadeBundle(bundle, made, { precisions: every, scale: 2 });
    const config = resolveConfig({ training: { optimizer, learningRate: 0.01 } }, "test");
    await addTrainable(bundle, (await readBundle(bundle)).manifest, config);
    return bundle;
  };

  /** A device's report, which is ok: a device that is not there skips the test, where none was promised. */
  const check = async (bundle: string, device: string, skip: TestContext["skip"]): Promise<DeviceReport> => {
    const [found] = (await checkParity(bundle, { devices: [device] })).devices as [DeviceReport];
    const promised = device === "node-webgpu" ? gpuPromised : inCi;
    skip(found.status === "skipped" && !promised, `${device}: ${found.reason}`);
    expect({ status: found.status, reason: found.reason }).toEqual({ status: "ok", reason: undefined });
    return found;
  };

  test.for(devices)("%s", { timeout: 300_000 }, async (device, { skip }) => {
    const found = await check(await (written ??= write()), device, skip);
    const { variants = [], training } = found;
    expect(variants.map(({ precision }) => precision)).toEqual(every);
    const bound = device.endsWith("webgpu") ? 1e-4 : 1e-5;
    expect(found.maxOutputDifference ?? found.maxLogitDifference).toBeLessThan(bound);
    expect(training!.lossDifference).toBeLessThan(bound);
    expect(training!.gradientDifference).toBeLessThan(bound);
  });

  // WebGPU in software takes minutes for what takes seconds elsewhere: most models are asked there for their answers alone.
  if (!devices.includes("node-webgpu"))
    test("node-webgpu, answers in float32", { timeout: 900_000 }, async ({ skip }) => {
      const bundle = join(folder, `${name}, answers`);
      await writeMadeBundle(bundle, made, { scale: 2 });
      const found = await check(bundle, "node-webgpu", skip);
      expect(found.maxOutputDifference ?? found.maxLogitDifference).toBeLessThan(1e-4);
    });
});
