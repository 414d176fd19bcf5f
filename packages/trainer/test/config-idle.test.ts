import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@s2s/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConfigInput } from "../src/config.ts";
import { refuseIdleKeys } from "../src/idle-keys.ts";
import { readConfig, readResolvedConfig, resolveConfig } from "../src/load-config.ts";

const refusal = (input: ConfigInput): string | undefined => {
  try {
    refuseIdleKeys(input, resolveConfig(input, "x"), () => "x");
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  }
  return undefined;
};

describe("keys without an effect", () => {
  const translate = "the task translate with a source of the kind text";
  it.each<[ConfigInput, string]>([
    [{ training: { momentum: 0.5 } }, "training.momentum says nothing to the optimizer adam: leave it out, or take momentum"],
    [{ training: { rho: 0.5 } }, "training.rho says nothing to the optimizer adam: leave it out, or take rmsprop or adadelta"],
    [
      { training: { optimizer: "sgd", beta1: 0.5 } },
      "training.beta1 says nothing to the optimizer sgd: leave it out, or take adam or adamw or nadam",
    ],
    [{ training: { weightDecay: 0.5 } }, "training.weightDecay says nothing to the optimizer adam: leave it out, or take adamw"],
    [
      { training: { scheduleFactor: 0.9 } },
      "training.scheduleFactor says nothing to the schedule constant: leave it out, or take halving or exponential or plateau",
    ],
    [
      { training: { schedule: "plateau", scheduleStart: 2 } },
      "training.scheduleStart says nothing to the schedule plateau: leave it out, or take halving or exponential",
    ],
    [
      { training: { samplingRate: 0.5 } },
      "training.samplingRate says nothing to the scheduled sampling none: leave it out, or take linear or exponential or inverse-sigmoid",
    ],
    [
      { training: { initializationScale: 1 } },
      "training.initializationScale says nothing to the initialization default: leave it out, or take uniform or normal",
    ],
    [{ encoder: { residual: true } }, "encoder.residual says nothing to a single layer: leave it out, or set encoder.layers to 2 or more"],
    [
      { decoder: { residual: true }, encoder: { layers: 2 } },
      "decoder.residual says nothing to a single layer: leave it out, or set decoder.layers to 2 or more",
    ],
    [{ task: "classify", decoder: { residual: true, layers: 2 } }, "decoder.residual says nothing to the task classify: leave it out"],
    [
      { data: { validFraction: 0 }, training: { answered: 5 } },
      "training.answered says nothing to a run without validation examples: leave it out, or give data.valid or a data.validFraction above 0",
    ],
    [{ task: "classify", decoder: { reverseTarget: true } }, "decoder.reverseTarget says nothing to the task classify: leave it out"],
    [{ task: "classify", decoder: { hidden: 7 } }, "decoder.hidden says nothing to the task classify: leave it out"],
    [
      { task: "caption", encoder: { layers: 2 } },
      "encoder.layers says nothing to the task caption with a source of the kind image: leave it out",
    ],
    [
      { task: "generate", source: { tokens: "word" } },
      "source.tokens says nothing to the task generate with a source of the kind none: leave it out",
    ],
    [{ task: "tag", target: { maxLength: 7 } }, "target.maxLength says nothing to the task tag: leave it out"],
    [{ task: "draw", training: { answered: 10 } }, "training.answered says nothing to the task draw: leave it out"],
    [
      { task: "classify", source: { kind: "frames", height: 5 } },
      "source.height says nothing to the task classify with a source of the kind frames: leave it out, or set source.kind to image",
    ],
    [{ encoder: { pooling: "max" } }, `encoder.pooling says nothing to ${translate}: leave it out`],
    [{ encoder: { features: 5 } }, `encoder.features says nothing to ${translate}: leave it out, or set source.kind to image`],
    [{ source: { width: 5 } }, `source.width says nothing to ${translate}: leave it out, or set source.kind to image`],
    [{ data: { images: "a" } }, `data.images says nothing to ${translate}: leave it out, or set source.kind to image`],
    [{ forecast: { window: 5 } }, "forecast.window says nothing to the task translate: leave it out, or take the task forecast"],
    [{ forecast: { horizon: 5 } }, `forecast.horizon says nothing to ${translate}: leave it out, or take the task forecast`],
    [{ draw: { mixtures: 5 } }, "draw.mixtures says nothing to the task translate: leave it out, or take the task draw"],
    [{ task: "generate", source: { kind: "image" } }, "source.kind says nothing to the task generate: leave it out"],
    [
      { task: "generate", target: { shared: true } },
      "target.shared says nothing to the task generate with a source of the kind none: leave it out",
    ],
    [{ task: "forecast", source: { kind: "text" } }, "source.kind says nothing to the task forecast: leave it out"],
    [
      { task: "classify", target: { shared: true } },
      "target.shared says nothing to the task classify with a source of the kind text: leave it out",
    ],
    [
      { task: "generate", encoder: { bidirectional: true } },
      "encoder.bidirectional says nothing to the task generate with a source of the kind none: leave it out",
    ],
    [
      { task: "generate", data: { targetColumn: 3 } },
      "data.targetColumn says nothing to the task generate with a source of the kind none: leave it out",
    ],
    [
      { task: "forecast", data: { validSplit: "source" } },
      "data.validSplit says nothing to the task forecast with a source of the kind vectors: leave it out",
    ],
    [{ task: "draw", decoder: { bridge: "mean" } }, "decoder.bridge says nothing to the task draw: leave it out"],
    [{ task: "draw", decoder: { residual: true, layers: 2 } }, "decoder.residual says nothing to the task draw: leave it out"],
  ])("refuses %j", (input, message) => expect(refusal(input)).toBe(`x: ${message}`));

  it.each<ConfigInput>([
    { training: { optimizer: "adamw", weightDecay: 0.2, beta2: 0.9, warmup: 5 } },
    { training: { momentum: 0.9 } },
    { task: "classify", encoder: { pooling: "max", residual: true, layers: 2 } },
    // As one option sets it for both sides, and the run's configuration has it.
    { task: "classify", encoder: { hidden: 64, cell: "gru" }, decoder: { hidden: 64, cell: "gru" } },
    { task: "draw", encoder: { bidirectional: true } },
    { task: "generate", data: { sourceColumn: 2, validSplit: "source" } },
    { task: "classify", data: { sourceColumn: 2, targetColumn: 1 } },
    { task: "next", forecast: { window: 9 }, encoder: { pooling: "mean" } },
    { task: "next", source: { kind: "vectors" }, forecast: { horizon: 3 } },
    { task: "caption", source: { width: 8, channels: 1 }, encoder: { features: 9 }, data: { images: "a" } },
    { target: { shared: true }, training: { scheduledSampling: "linear", samplingRate: 1 } },
  ])("accepts %j", (input) => expect(refusal(input)).toBeUndefined());

  describe("of files", () => {
    let folder: string;
    beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "s2s-idle-"))));
    afterAll(() => rm(folder, { recursive: true }));

    it("names the line, and takes the configurations of runs as they are", async () => {
      const path = join(folder, "s2s.config.json");
      await writeFile(path, '{\n "training": {\n  "momentum": 0.5\n }\n}');
      await expect(readConfig(path)).rejects.toThrow(`${path}:3: training.momentum says nothing to the optimizer adam`);
      expect((await readResolvedConfig(path)).training.momentum).toBe(0.5);
    });
  });
});

describe("combinations that no model can be made of", () => {
  it.each<[ConfigInput, string]>([
    [
      { task: "generate", decoder: { context: "every-step" } },
      "decoder.context has no effect with the task generate, which reads no source: leave it out",
    ],
    [
      { task: "generate", decoder: { bridge: "linear" } },
      "decoder.bridge has no effect with the task generate, which reads no source: leave it out",
    ],
    [
      { task: "forecast", forecast: { mode: "recursive" }, encoder: { reverseSource: true } },
      "forecast.mode recursive reads on what it said, which an encoder from the end cannot: leave encoder.reverseSource out",
    ],
    [
      { task: "draw", decoder: { attention: "dot", hidden: 5 }, encoder: { hidden: 6 } },
      "decoder.attention dot needs states of one width, but the encoder gives 6 numbers and decoder.hidden is 5: take scaled-general",
    ],
    [
      { task: "caption", decoder: { attention: "dot", hidden: 5 }, encoder: { filters: "4,6" } },
      "decoder.attention dot needs states of one width, but the image's CNN gives 6 numbers and decoder.hidden is 5: take scaled-general",
    ],
    [
      { task: "caption", decoder: { bridge: "copy", hidden: 5 }, encoder: { features: 7 } },
      "decoder.bridge copy needs states of one width, but the image's CNN gives 7 numbers and decoder.hidden is 5: take linear",
    ],
    [{ task: "caption", source: { channels: 2 } }, "source.channels must be 1, 3 or 4, but is 2"],
  ])("refuses %j", (input, message) => expect(() => resolveConfig(input, "x")).toThrow(new UserError(`x: ${message}`)));
});
