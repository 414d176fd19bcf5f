import { resolve } from "node:path";
import { configKeys, describeValue, type ConfigKey } from "@s2s/trainer";
import { Command } from "commander";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigOptions } from "../src/options/config-options.ts";
import { spellingsOf } from "../src/options/spellings.ts";

const keys = configKeys();

/** The configuration that a command line gives. */
function parse(...args: string[]): unknown {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  const options = new ConfigOptions(command, keys);
  command.parse(args, { from: "user" });
  return options.input();
}

/** A valid text for a key, and its value. */
function validText(key: ConfigKey): fc.Arbitrary<{ text: string; value: unknown }> {
  const same = (value: unknown) => ({ text: String(value), value });
  if (/^(data\.(train|valid|images)|\w+\.pretrained)$/.test(key.key)) return fc.constant({ text: "a b.tsv", value: resolve("a b.tsv") });
  if (key.choices) return fc.constantFrom(...key.choices).map(same);
  if (key.type === "boolean") return fc.boolean().map(same);
  if (key.type === "integer") return fc.integer({ min: key.minimum ?? 0, max: Math.min(key.maximum ?? 1e9, 1e9) }).map(same);
  if (key.type === "number") return fc.constantFrom(0.5, 0.25, 1e-3).map(same);
  return fc.constantFrom("a", "a, b.c").map(same);
}

describe("options of configuration keys", () => {
  it("sets every key under every spelling, with = and without", () => {
    const cases = fc
      .constantFrom(...spellingsOf(keys))
      .chain((spelling) =>
        fc.record({ spelling: fc.constant(spelling), typed: validText(spelling.keys[0] as ConfigKey), joined: fc.boolean() }),
      );
    fc.assert(
      fc.property(cases, ({ spelling: { name, keys: set }, typed: { text, value }, joined }) => {
        const expected: Record<string, unknown> = {};
        for (const { key } of set) {
          const [section = "", leaf] = key.split(".");
          expected[section] = leaf === undefined ? value : { ...(expected[section] as object | undefined), [leaf]: value };
        }
        expect(parse(...(joined ? [`--${name}=${text}`] : [`--${name}`, text]))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it("has a spelling without its section for every key of data and training, and no spelling twice", () => {
    const names = spellingsOf(keys).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["batch-size", "training.batchSize", "training.batch-size", "training-batch-size"]));
    expect(names).toEqual(
      expect.arrayContaining(["data", "valid", "limit", "lr", "clip", "source-vocab", "target-vocab", "hidden", "tokens"]),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it("lists each key once in help", () => {
    const listed = spellingsOf(keys).filter((spelling) => spelling.listed && spelling.keys.length === 1);
    expect(listed.map((spelling) => spelling.keys[0]?.key)).toEqual(keys.map(({ key }) => key));
  });

  it("sets both sides with one alias", () => {
    expect(parse("--hidden", "256", "--embedding", "32", "--layers", "2", "--tokens", "word")).toEqual({
      source: { tokens: "word" },
      target: { tokens: "word" },
      encoder: { hidden: 256, embedding: 32, layers: 2 },
      decoder: { hidden: 256, embedding: 32, layers: 2 },
    });
  });

  it("takes booleans alone, with a value, and negated", () => {
    expect(parse("--bidirectional")).toEqual({ encoder: { bidirectional: true } });
    expect(parse("--encoder.bidirectional", "false")).toEqual({ encoder: { bidirectional: false } });
    expect(parse("--no-reverse-source")).toEqual({ encoder: { reverseSource: false } });
  });

  it.each([
    [["--hidden", "5", "--encoder.hidden", "6"], "--hidden 5 and --encoder.hidden 6 both set encoder.hidden: give one of them"],
    [
      ["--lr", "0.1", "--training.learningRate", "0.2"],
      "--lr 0.1 and --training.learningRate 0.2 both set training.learningRate: give one of them",
    ],
    [["--seed", "1", "--seed", "2"], "--seed 1 and --seed 2 both set training.seed: give one of them"],
    [["--bidirectional", "--no-bidirectional"], "--bidirectional and --no-bidirectional both set encoder.bidirectional: give one of them"],
  ])("refuses spellings that contradict each other: %j", (args, message) => {
    expect(() => parse(...args)).toThrow(message);
  });

  it("takes spellings that agree", () => {
    expect(parse("--hidden", "5", "--encoder.hidden", "5")).toEqual({ encoder: { hidden: 5 }, decoder: { hidden: 5 } });
  });

  it.each([
    ["--encoder.layers", "2.5", "--encoder.layers 2.5: must be a whole number from 1 to 64"],
    ["--layers", "65", "--layers 65: must be a whole number from 1 to 64"],
    ["--dropout", "-0.1", "--dropout -0.1: must be a number of at least 0 and below 1"],
    ["--dropout", "1", "--dropout 1: must be a number of at least 0 and below 1"],
    ["--hidden", "0x10", "--hidden 0x10: must be a whole number from 1 to 65536"],
    ["--hidden", "", '--hidden "": must be a whole number from 1 to 65536'],
    ["--epochs", "NaN", "--epochs NaN: must be a whole number from 1 to 1000000"],
    ["--tokens", "byte", "--tokens byte: must be one of char, word"],
    ["--bidirectional", "yes", "--bidirectional yes: must be true or false"],
    ["--data", "", '--data "": must be a text that is not empty'],
  ])("names the option as it was typed when its value is out of range: %s %s", (option, text, message) => {
    expect(() => parse(option, text)).toThrow(message);
  });

  it("refuses just what lies outside of each number's bounds", () => {
    for (const key of keys.filter(({ type, choices }) => (type === "integer" || type === "number") && !choices)) {
      const at = (value: number) => () => parse(`--${key.key}`, String(value));
      const refusal = `must be ${describeValue(key)}`;
      for (const limit of [key.minimum, key.maximum]) if (limit !== undefined) expect(at(limit), key.key).not.toThrow();
      for (const limit of [key.exclusiveMinimum, key.exclusiveMaximum])
        if (limit !== undefined) expect(at(limit), key.key).toThrow(refusal);
      if (key.minimum !== undefined) expect(at(key.minimum - 1), key.key).toThrow(refusal);
      if (key.maximum !== undefined) expect(at(key.maximum + 2), key.key).toThrow(refusal);
    }
  });
});
