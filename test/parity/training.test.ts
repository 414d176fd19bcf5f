import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DeviceReport, checkParity } from "@s2s/parity";
import { readBundle } from "@s2s/runtime";
import { type ConfigInput, resolveConfig } from "@s2s/trainer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addTrainable } from "../../packages/trainer/src/trainable.ts";
import { modelOf } from "../support/seq2seq.ts";
import { useSwiftShader } from "../support/swiftshader.ts";
import { writeDrawnBundle } from "./support/bundles.ts";

type Training = ConfigInput["training"];

const rules: Readonly<Record<string, Training>> = {
  "plain gradient descent": { optimizer: "sgd", learningRate: 0.1 },
  momentum: { optimizer: "momentum", learningRate: 0.1, clipNorm: 0.5 },
  "adam with label smoothing": { optimizer: "adam", labelSmoothing: 0.1 },
  adamw: { optimizer: "adamw", clipNorm: 0 },
};
const model = modelOf(
  { embedding: 12, hidden: 20, layers: 2, bidirectional: true, reverseSource: true },
  { embedding: 14, hidden: 28, layers: 2 },
  { source: 27, target: 33 },
);
const inCi = process.env["CI"] !== undefined;
const gpuPromised = useSwiftShader() || inCi;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "s2s-parity-training-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function check(name: string, training: Training, devices: readonly string[]): Promise<readonly DeviceReport[]> {
  const bundle = join(folder, name);
  await writeDrawnBundle(bundle, { model, maxLength: 10 });
  await addTrainable(bundle, (await readBundle(bundle)).manifest, resolveConfig({ training }, "test"));
  return (await checkParity(bundle, { devices })).devices;
}

describe("steps of the training graph have the reference's losses and gradients", { timeout: 300_000 }, () => {
  test.for(Object.entries(rules))("%s", async ([name, training]) => {
    const reports = await check(name, training, ["cpu", "wasm"]);
    for (const { status, reason, lossDifference, gradientDifference } of reports) {
      expect({ status, reason }).toEqual({ status: "ok", reason: undefined });
      expect(lossDifference).toBeLessThan(1e-5);
      expect(gradientDifference).toBeLessThan(1e-5);
    }
    expect(reports[1]!.training!.fromNodeCpu!.lossDifference).toBeLessThan(1e-5);
  });

  test("also in a page, in a worker and on WebGPU", async ({ skip }) => {
    const devices = ["node-webgpu", "chromium-wasm", "chromium-wasm-worker", "chromium-webgpu"];
    const reports = await check("everywhere", { optimizer: "adam" }, devices);
    expect(reports.map(({ name }) => name)).toEqual(devices);
    const missing: string[] = [];
    for (const { name, status, reason, lossDifference, gradientDifference } of reports) {
      if (status === "skipped" && !(name === "node-webgpu" ? gpuPromised : inCi)) missing.push(`${name}: ${reason}`);
      else {
        expect({ name, status, reason }).toEqual({ name, status: "ok", reason: undefined });
        expect(lossDifference).toBeLessThan(1e-4);
        expect(gradientDifference).toBeLessThan(1e-4);
      }
    }
    skip(missing.length > 0, missing.join("; "));
  });

  test("with dropout, whose masks the reference does not have, devices are compared with each other", async () => {
    const [cpu, wasm] = await check("dropout", { optimizer: "sgd", learningRate: 0.1, dropout: 0.3 }, ["cpu", "wasm"]);
    expect([cpu!.status, wasm!.status, cpu!.lossDifference]).toEqual(["ok", "ok", undefined]);
    const { lossDifference, weightDifference } = wasm!.training!.fromNodeCpu!;
    expect(lossDifference).toBeLessThan(1e-5);
    expect(weightDifference).toBeLessThan(1e-5);
  });
});

test("without float32 weights the reference computes with those that there are", { timeout: 120_000 }, async () => {
  for (const precision of ["float16", "int8"] as const) {
    const bundle = join(folder, precision);
    await writeDrawnBundle(bundle, { model, maxLength: 10, precisions: [precision] });
    const { reference, ok, devices } = await checkParity(bundle, { devices: ["cpu"] });
    expect({ reference, ok }).toEqual({ reference: precision, ok: true });
    // What is stored is what is computed with: nothing is left of the error that rounding made.
    expect(devices[0]!.maxLogitDifference).toBeLessThan(1e-5);
    expect(devices[0]!.idsEqual).toBe(true);
  }
});
