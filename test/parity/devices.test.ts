import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ParityReport, checkParity, DEVICE_NAMES } from "@s2s/parity";
import type { Precision, Seq2SeqConfig } from "@s2s/runtime/manifest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { modelOf } from "../support/seq2seq.ts";
import { useSwiftShader } from "../support/swiftshader.ts";
import { writeDrawnBundle } from "./support/bundles.ts";

/** On each device: every kind of model, from 8 to 256 hidden units, small and word-sized vocabularies. */
interface Case {
  readonly model: Seq2SeqConfig;
  readonly precisions: readonly Precision[];
  readonly devices: readonly string[];
}

const sized = (source: number, target: number, [encoder, decoder]: Parameters<typeof modelOf>): Seq2SeqConfig =>
  modelOf(encoder, decoder, { source, target });
const every: readonly Precision[] = ["float32", "float16", "int8"];
const all = DEVICE_NAMES.filter((name) => name !== "node-cuda");
// WebGPU in software takes minutes for what takes seconds elsewhere: two models, one of them with all that a model can have.
const withoutGpu = all.filter((name) => !name.endsWith("webgpu"));

const cases: Readonly<Record<string, Case>> = {
  "one layer, 8": {
    model: sized(12, 15, [
      { embedding: 8, hidden: 8 },
      { embedding: 6, hidden: 8 },
    ]),
    precisions: ["float32"],
    devices: all,
  },
  "two layers both ways, three onwards, bridged, reversed source, unequal widths": {
    model: sized(23, 29, [
      { embedding: 12, hidden: 20, layers: 2, bidirectional: true, reverseSource: true },
      { embedding: 16, hidden: 28, layers: 3 },
    ]),
    precisions: every,
    devices: withoutGpu,
  },
  "both ways without a bridge": {
    model: sized(40, 33, [
      { embedding: 24, hidden: 32, bidirectional: true },
      { embedding: 24, hidden: 64 },
    ]),
    precisions: ["float32"],
    devices: all,
  },
  "GRU both ways, residual, squashed": {
    model: sized(26, 21, [
      { cell: "gru", embedding: 9, hidden: 18, layers: 2, bidirectional: true, residual: true },
      { cell: "gru-reset-after", embedding: 11, hidden: 22, layers: 2, residual: true, bridge: "tanh" },
    ]),
    precisions: every,
    devices: all,
  },
  "simple cells, to a normalised LSTM from their mean": {
    model: sized(17, 19, [
      { cell: "rnn", embedding: 9, hidden: 13, bidirectional: true },
      { cell: "layer-norm-lstm", embedding: 10, hidden: 24, layers: 2, bridge: "mean" },
    ]),
    precisions: every,
    devices: withoutGpu,
  },
  "GRU, 384": {
    model: sized(34, 42, [
      { cell: "gru", embedding: 20, hidden: 384 },
      { cell: "gru", embedding: 30, hidden: 384 },
    ]),
    precisions: every,
    devices: withoutGpu,
  },
  "additive attention, all fed back": {
    model: sized(30, 30, [
      { embedding: 20, hidden: 24, bidirectional: true },
      { embedding: 20, hidden: 32, attention: "additive", coverage: true, inputFeeding: true },
    ]),
    precisions: every,
    devices: withoutGpu,
  },
  // Logarithms of what is hardly ever copied magnify how weights are rounded.
  copying: {
    model: sized(28, 28, [
      { embedding: 18, hidden: 16, bidirectional: true },
      { embedding: 22, hidden: 32, attention: "general", coverage: true, copy: true },
    ]),
    precisions: ["float32", "int8"],
    devices: withoutGpu,
  },
  "general attention": {
    model: sized(25, 31, [
      { embedding: 14, hidden: 16, bidirectional: true, reverseSource: true },
      { embedding: 18, hidden: 24, layers: 2, cell: "gru", attention: "general", inputFeeding: true },
    ]),
    precisions: ["float32"],
    devices: all,
  },
  "context in every step": {
    model: sized(27, 22, [
      { cell: "gru", embedding: 14, hidden: 20 },
      { cell: "gru", embedding: 18, hidden: 20, context: "every-step" },
    ]),
    precisions: every,
    devices: withoutGpu,
  },
  "deep encoder, reversed source": {
    model: sized(31, 37, [
      { embedding: 10, hidden: 48, layers: 3, reverseSource: true },
      { embedding: 14, hidden: 48, layers: 1 },
    ]),
    precisions: every,
    devices: withoutGpu,
  },
  "words, 64": {
    model: sized(800, 1200, [
      { embedding: 48, hidden: 64 },
      { embedding: 40, hidden: 64 },
    ]),
    precisions: every,
    devices: withoutGpu,
  },
  "two layers, 256": {
    model: sized(90, 110, [
      { embedding: 128, hidden: 256, layers: 2 },
      { embedding: 128, hidden: 256, layers: 2 },
    ]),
    precisions: every,
    devices: withoutGpu,
  },
};

const inCi = process.env["CI"] !== undefined;
const gpuPromised = useSwiftShader() || inCi;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "s2s-parity-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(Object.entries(cases))("%s", (name, { model, precisions, devices }) => {
  let report: Promise<ParityReport> | undefined;
  const check = async (): Promise<ParityReport> => {
    const bundle = join(folder, name);
    await writeDrawnBundle(bundle, { model, precisions });
    return checkParity(bundle, { devices });
  };

  test.for(devices)("%s", { timeout: 900_000 }, async (device, { skip }) => {
    const found = (await (report ??= check())).devices.find((each) => each.name === device)!;
    const promised = device === "node-webgpu" ? gpuPromised : inCi;
    skip(found.status === "skipped" && !promised, `${device}: ${found.reason}`);
    const { status, reason, variants = [] } = found;
    expect({ status, reason }).toEqual({ status: "ok", reason: undefined });
    expect(variants.map((variant) => variant.precision)).toEqual(precisions);
    for (const variant of variants) expect(variant).toMatchObject({ generate: true, ok: true });
    expect(found.idsEqual).toBe(true);
  });
});
