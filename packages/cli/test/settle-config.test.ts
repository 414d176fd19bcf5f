import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { configKeys, type Config } from "@s2s/trainer";
import { Command } from "commander";
import { describe, expect, it, onTestFinished } from "vitest";
import { ConfigOptions } from "../src/options/config-options.ts";
import { settleConfig } from "../src/options/settle-config.ts";

async function settle(config: object | string | undefined, ...args: string[]): Promise<Config> {
  const folder = await mkdtemp(join(tmpdir(), "s2s-config-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "sub", "s2s.config.json");
  await mkdir(join(folder, "sub"));
  if (config !== undefined) await writeFile(file, typeof config === "string" ? config : JSON.stringify(config, null, 2));
  const command = new Command();
  const given = new ConfigOptions(command, configKeys());
  command.parse(args, { from: "user" });
  return settleConfig({ file: config === undefined ? undefined : file, given });
}

describe("settleConfig", () => {
  it("puts options over the file and the file over the defaults", async () => {
    const config = await settle({ encoder: { hidden: 7, layers: 2 }, training: { epochs: 3 } }, "--encoder.hidden", "9");
    expect(config.encoder).toMatchObject({ hidden: 9, layers: 2, embedding: 128 });
    expect(config.decoder.hidden).toBe(128);
    expect(config.training).toMatchObject({ epochs: 3, learningRate: 0.001, clipNorm: 5, dropout: 0 });
  });

  it("takes paths from where each was written", async () => {
    const config = await settle({ data: { train: "train.tsv", valid: "../valid.tsv" } }, "--data", "mine.tsv");
    expect(config.data.train).toBe(resolve("mine.tsv"));
    expect(config.data.valid).toMatch(/s2s-config-[^/]+[/\\]valid\.tsv$/);
  });

  it("refuses a key of a side that the model has not, unless an option has set it for both", async () => {
    expect((await settle(undefined, "--task", "caption", "--hidden", "9")).encoder.hidden).toBe(9);
    await expect(settle(undefined, "--task", "caption", "--encoder.hidden", "9")).rejects.toThrow(
      /^--encoder\.hidden 9: encoder\.hidden says nothing to the task caption with a source of the kind image: leave it out$/,
    );
    await expect(settle({ task: "classify", decoder: { hidden: 9 } })).rejects.toThrow(
      /:4: decoder\.hidden says nothing to the task classify/,
    );
  });

  it("names the option that was typed, under whatever spelling", async () => {
    await expect(settle(undefined, "--task", "tag", "--source.tokens", "bpe")).rejects.toThrow(
      /^--source\.tokens bpe: bpe pieces have no labels/,
    );
    await expect(settle({ task: "tag", data: { train: "x" } }, "--tokens", "bpe")).rejects.toThrow(
      /^--tokens bpe: bpe pieces have no labels/,
    );
  });

  it("says of a shared vocabulary that it needs a source of text", async () => {
    await expect(settle({ task: "caption", target: { tokens: "word" } }, "--target.shared")).rejects.toThrow(
      /^--target\.shared: target\.shared needs a source of text, but source\.kind is image: leave it out$/,
    );
  });

  it("says line and nearest key for a mistake in the file", async () => {
    await expect(settle({ encoder: { hiden: 7 } })).rejects.toThrow(
      /s2s\.config\.json:\d+: unknown key encoder\.hiden: did you mean encoder\.hidden\?/,
    );
  });

  it("names the option where some break a rule together", async () => {
    await expect(settle(undefined, "--valid", "v.tsv", "--valid-fraction", "0.2")).rejects.toThrow(
      "--valid-fraction 0.2: data.validFraction has no effect beside data.valid: leave one of the two out",
    );
  });
});
