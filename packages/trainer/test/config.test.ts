import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@s2s/runtime";
import { OPTIMIZERS } from "@s2s/runtime/manifest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configJsonSchema, configKeys, describeValue } from "../src/config-keys.ts";
import type { ConfigKey } from "../src/config-keys.ts";
import type { ConfigInput } from "../src/config.ts";
import { readConfig, readConfigInput, resolveConfig } from "../src/load-config.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "s2s-config-"))));
afterAll(() => rm(folder, { recursive: true }));

async function file(content: string | Uint8Array): Promise<string> {
  const path = join(folder, "s2s.config.json");
  await writeFile(path, content);
  return path;
}
const refusal = (input: unknown): string => {
  try {
    resolveConfig(input, "command line");
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  }
  throw new Error("was accepted");
};
async function fileRefusal(content: string | Uint8Array): Promise<string> {
  const path = await file(content);
  const error: unknown = await readConfig(path).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  const { message } = error as UserError;
  expect(message).not.toContain("\n");
  return message.replace(path, "FILE");
}
const keyNamed = (name: string): ConfigKey => configKeys().find(({ key }) => key === name)!;

describe("resolveConfig", () => {
  it("fills in the defaults that the issue asks for", () => {
    const config = resolveConfig({}, "command line");
    expect(config.training).toMatchObject({ optimizer: "adam", learningRate: 0.001, clipNorm: 5, dropout: 0 });
    expect(config.source).toMatchObject({ tokens: "char", minFrequency: 1 });
    expect(config.data).toEqual({ sourceColumn: 1, targetColumn: 2, validFraction: 0.1, validSplit: "random" });
  });

  it("steps as far as is usual with an optimizer, unless it is told how far", () => {
    const rates = OPTIMIZERS.map((optimizer) => resolveConfig({ training: { optimizer } }, "x").training.learningRate);
    expect(rates).toEqual([0.5, 0.1, 0.001, 0.01, 1, 0.001, 0.001, 0.001]);
    expect(resolveConfig({ training: { optimizer: "adadelta", learningRate: 0.001 } }, "x").training.learningRate).toBe(0.001);
    expect(keyNamed("training.learningRate").description).toBe(
      "step size (default: 0.001, of `sgd` 0.5, of `momentum` 0.1, of `adagrad` 0.01, of `adadelta` 1)",
    );
  });

  it("resolves its own result to itself", () => {
    const given: ConfigInput = { data: { train: "a", valid: "b" }, encoder: { hidden: 7 }, training: { patience: 2 } };
    const config = resolveConfig(given, "x");
    expect(config.encoder.hidden).toBe(7);
    expect(resolveConfig(config, "x")).toEqual(config);
    expect(resolveConfig(JSON.parse(JSON.stringify(config)), "x")).toEqual(config);
  });

  it.each([
    [{ training: { learningRat: 1 } }, "unknown key training.learningRat: did you mean training.learningRate?"],
    [{ training: { hiden: 1 } }, "unknown key training.hiden: did you mean encoder.hidden?"],
    [{ trainning: {} }, "unknown key trainning: did you mean training?"],
    [{ epochs: 3 }, "unknown key epochs: did you mean training.epochs?"],
    [{ decoder: { layer: 3 } }, "unknown key decoder.layer: did you mean decoder.layers?"],
    [{ data: { constructor: 3 } }, "unknown key data.constructor: did you mean"],
    [JSON.parse('{"__proto__": {"a": 1}}'), "unknown key __proto__: did you mean"],
    [{ training: { learningRate: "fast" } }, 'training.learningRate must be a number above 0 and at most 1000, but is "fast"'],
    [{ training: { learningRate: 0 } }, "training.learningRate must be a number above 0 and at most 1000, but is 0"],
    [{ training: { learningRate: Number.NaN } }, "training.learningRate must be a number above 0 and at most 1000, but is NaN"],
    [{ training: { epochs: 1.5 } }, "training.epochs must be a whole number from 1 to 1000000, but is 1.5"],
    [{ training: { dropout: 1 } }, "training.dropout must be a number of at least 0 and below 1, but is 1"],
    [
      { training: { optimizer: "adamm" } },
      'training.optimizer must be one of sgd, momentum, rmsprop, adagrad, adadelta, adam, adamw, nadam, but is "adamm"',
    ],
    [{ encoder: { bidirectional: 1 } }, "encoder.bidirectional must be true or false, but is 1"],
    [{ data: { train: "" } }, 'data.train must be a text that is not empty, but is ""'],
    [{ data: { train: ["a"] } }, 'data.train must be a text that is not empty, but is ["a"]'],
    [{ source: null }, "source must be a section ({...}), but is null"],
    [{ source: [] }, "source must be a section ({...}), but is []"],
    [[], 'must be an object of sections, e.g. {"data": {"train": "pairs.tsv"}}'],
    [{ $schema: 1 }, "$schema must be a text, but is 1"],
    [
      { data: { train: "a", valid: "b", validFraction: 0.2 } },
      "data.validFraction has no effect beside data.valid: leave one of the two out",
    ],
    [
      { source: { tokens: "bpe", vocabulary: 200 } },
      "source.vocabulary must be at least 300 with bpe pieces, which need 256 bytes beside them, but is 200",
    ],
    [
      { task: "tag", source: { tokens: "unigram" } },
      "unigram pieces have no labels of their own: with the task tag source.tokens is char or word",
    ],
    [
      { source: { tokens: "bpe" }, target: { tokens: "word", shared: true } },
      "target.tokens has no effect beside target.shared: set source.tokens alone",
    ],
    [{ data: { valid: "b", validSplit: "tail" } }, "data.validSplit has no effect beside data.valid: leave one of the two out"],
    [{ data: { validFraction: 0 }, training: { patience: 1 } }, "training.patience needs validation pairs: give data.valid or"],
    [
      { data: { validFraction: 0 }, training: { schedule: "plateau" } },
      "training.schedule plateau needs validation pairs: give data.valid or",
    ],
    [{ data: { validFraction: 0 }, training: { best: "answers" } }, "training.best answers needs validation pairs: give data.valid or"],
    [
      { training: { best: "last", patience: 1 } },
      "training.best last takes every epoch for the best so far, so training.patience has nothing",
    ],
    [
      { training: { best: "last", schedule: "plateau" } },
      "training.best last takes every epoch for the best so far, so the schedule plateau",
    ],
    [
      { task: "generate", training: { best: "answers" } },
      "training.best answers needs answers that are right or wrong, which the task generate has",
    ],
  ])("refuses %j", (input, message) => {
    const refused = refusal(input);
    expect(refused.slice(0, `command line: ${message}`.length)).toBe(`command line: ${message}`);
    expect(refused).not.toContain("\n");
  });

  it("accepts a held-out share of 0 beside a validation file", () => {
    expect(resolveConfig({ data: { valid: "b", validFraction: 0 }, training: { patience: 1 } }, "x").data.validFraction).toBe(0);
  });
});

describe("readConfig", () => {
  it("takes data paths relative to the file and keeps absolute ones", async () => {
    const path = await file('\uFEFF{"data": {"train": "sub/train.tsv", "valid": "/data/valid.tsv"}, "training": {"epochs": 3}}');
    const config = await readConfig(path);
    expect(config.data.train).toBe(join(folder, "sub", "train.tsv"));
    expect(config.data.valid).toBe("/data/valid.tsv");
    expect(config.training.epochs).toBe(3);
    expect(await readConfigInput(path)).toEqual({ data: { train: config.data.train, valid: config.data.valid }, training: { epochs: 3 } });
  });

  it.each([
    ['{\n "data": {\n  "train": }\n}', "FILE:3: is not valid JSON (ValueExpected): correct the line or the one before it"],
    ['{\n "data": {}\n "source": {}\n}', "FILE:3: is not valid JSON (CommaExpected): correct the line or the one before it"],
    ['{\n "data": {},\n}', "FILE:3: is not valid JSON (PropertyNameExpected)"],
    ["", "FILE:1: is not valid JSON (ValueExpected)"],
    ['{\n "data": {},\n "source": {},\n "data": {}\n}', 'FILE:4: key "data" occurs twice: remove one'],
    ['{\n "training": {\n  "seed": 1,\n  "epoch": 3\n }\n}', "FILE:4: unknown key training.epoch: did you mean training.epochs?"],
    ['{\n "training": {\n  "epochs":\n   0\n }\n}', "FILE:3: training.epochs must be a whole number from 1 to 1000000, but is 0"],
    ['{"data": {\n "valid": "v",\n "validSplit": "tail"}}', "FILE:3: data.validSplit has no effect beside data.valid"],
    ["3", "FILE: must be an object of sections"],
    ['{"data": 3}', "FILE:1: data must be a section"],
  ])("refuses %j with its line", async (content, message) => {
    expect((await fileRefusal(content)).slice(0, message.length)).toBe(message);
  });

  it("refuses what cannot be read", async () => {
    expect(await fileRefusal(Uint8Array.of(0x7b, 0xff, 0x7d))).toBe("FILE: is not valid UTF-8: save the file as UTF-8");
    await expect(readConfig(folder)).rejects.toThrow(`${folder}: is a folder: name a file inside it`);
    await expect(readConfig(join(folder, "none.json"))).rejects.toThrow("none.json: does not exist: check the path");
  });
});

describe("configKeys", () => {
  it("lists the leaves with type, default, bounds and description", () => {
    expect(keyNamed("training.initializationScale")).toEqual({
      key: "training.initializationScale",
      type: "number",
      description: "bound of `uniform`, deviation of `normal`",
      default: 0.08,
      exclusiveMinimum: 0,
      maximum: 100,
    });
    expect(keyNamed("source.tokens")).toMatchObject({ type: "string", choices: ["char", "word", "bpe", "unigram"], default: "char" });
    expect(keyNamed("encoder.bidirectional")).toMatchObject({ type: "boolean", default: false });
    expect(keyNamed("data.limit").default).toBeUndefined();
    for (const { key, description } of configKeys()) expect(`${key}: ${description}`).toMatch(/^(task|[a-z]+\.\w+): \S/);
  });

  it("agrees with the schema on every bound and default", () => {
    for (const key of configKeys()) {
      const [section, name] = key.key.split(".") as [string, string | undefined];
      const accepts = (value: unknown): boolean => {
        try {
          resolveConfig({ [section]: name === undefined ? value : { [name]: value } }, "x");
          return true;
        } catch (error) {
          // A rule between keys is no bound of this one.
          return !(error as Error).message.includes(" must be ");
        }
      };
      if (key.default !== undefined) expect([key.key, accepts(key.default)]).toEqual([key.key, true]);
      for (const bound of [key.minimum, key.maximum]) {
        if (bound === undefined) continue;
        expect([key.key, accepts(bound)]).toEqual([key.key, true]);
        expect([key.key, accepts(bound + (bound === key.minimum ? -1 : 2))]).toEqual([key.key, false]);
      }
      for (const bound of [key.exclusiveMinimum, key.exclusiveMaximum])
        if (bound !== undefined) expect([key.key, accepts(bound)]).toEqual([key.key, false]);
      expect([key.key, accepts({})]).toEqual([key.key, false]);
    }
  });

  it("describes what a key takes", () => {
    expect(describeValue(keyNamed("encoder.layers"))).toBe("a whole number from 1 to 64");
    expect(describeValue(keyNamed("training.epsilon"))).toBe("a number above 0 and at most 1");
    expect(describeValue(keyNamed("data.validFraction"))).toBe("a number of at least 0 and below 1");
  });

  it("has a JSON Schema that refuses unknown keys and requires none", () => {
    const schema = configJsonSchema();
    expect(schema.additionalProperties).toBe(false);
    expect(schema.required ?? []).toEqual([]);
  });
});
