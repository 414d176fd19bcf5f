import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseTokenizer, UserError, type Bundle, type Tokenizer } from "@s2s/runtime";
import type { Manifest } from "@s2s/runtime/manifest";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ConfigInput } from "../src/config.ts";
import { loadDataset } from "../src/data/dataset.ts";
import type { Pairs } from "../src/data/pairs.ts";
import { runValidation } from "../src/export/validation-data.ts";
import { readRunConfig } from "../src/run-folder.ts";
import { collect, temporaryFolder, toyConfig, toyOptions, writePairs } from "./support/toy-run.ts";

let temporary: ReturnType<typeof temporaryFolder>;
let run: string;
let train: string;
beforeEach(() => {
  temporary = temporaryFolder();
  run = join(temporary.path, "run");
  train = writePairs(temporary.path, 40);
});
afterEach(() => temporary.remove());

const trained = async (data: ConfigInput["data"] = {}): Promise<void> =>
  void (await collect(toyOptions(run, toyConfig(train, { epochs: 1 }, data))));
const record = (): unknown => JSON.parse(readFileSync(join(run, "data.json"), "utf8"));
const sha256 = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");
const validation = (): Promise<Pairs> => {
  const read = (name: string): string => readFileSync(join(run, "bundle", name), "utf8");
  const tokenizer = (name: string): Tokenizer => parseTokenizer(read(name), "char", name);
  const manifest = JSON.parse(read("s2s.json")) as Manifest;
  const bundle = { manifest, source: tokenizer(manifest.source!.file), target: tokenizer(manifest.target!.file) };
  return runValidation(run, bundle as Bundle) as Promise<Pairs>;
};
const idsOf = (pairs: Pairs): number[][][] =>
  Array.from({ length: pairs.count }, (_, pair) => [Array.from(pairs.source(pair)), Array.from(pairs.target(pair))]);

describe("the validation pairs of a run are found again", () => {
  test.each([
    ["a random choice", {}],
    ["the last ones", { validSplit: "tail" }],
    ["of the first pairs alone", { limit: 20 }],
  ] as const)("held out: %s", async (_name, data) => {
    await trained(data);
    const { valid } = await loadDataset(await readRunConfig(run));
    expect(record()).toEqual({ validation: { file: train, sha256: sha256(train), pairs: valid.count, heldOut: true } });
    expect(idsOf(await validation())).toEqual(idsOf(valid));
  });

  test("in a file of their own, without the training file", async () => {
    const valid = writePairs(temporary.path, 9, "valid.tsv");
    await trained({ valid, validFraction: undefined });
    const { valid: expected } = await loadDataset(await readRunConfig(run));
    rmSync(train);
    expect(record()).toEqual({ validation: { file: valid, sha256: sha256(valid), pairs: 9, heldOut: false } });
    expect(idsOf(await validation())).toEqual(idsOf(expected));
  });
});

describe("a user's mistakes are named", () => {
  const refused = async (message: RegExp): Promise<void> => {
    await expect(validation()).rejects.toThrow(UserError);
    await expect(validation()).rejects.toThrow(message);
  };

  test("changed and missing files", async () => {
    await trained();
    appendFileSync(train, "a\tb\n");
    await refused(/train\.tsv: changed since .*run was trained \(its SHA-256 is another\); restore it, or give the pairs .*--data FILE$/);
    renameSync(train, `${train}.moved`);
    await refused(/train\.tsv: is missing, and the validation pairs of .*run are in it; .*--data FILE$/);
  });

  test("a run without validation pairs", async () => {
    await trained({ validFraction: 0 });
    expect(record()).toEqual({ validation: null });
    await refused(/was trained without validation pairs that can be read again; give the pairs to measure on with --data FILE$/);
  });

  test("a record that is missing or damaged, and a configuration that was changed", async () => {
    await trained();
    const file = join(run, "config.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"validFraction": 0.25', '"validFraction": 0.5'));
    await refused(/config\.json: changed since training, 20 pairs are held out and not 10; /);
    writeFileSync(join(run, "data.json"), "{}");
    await refused(/data\.json: is damaged, .*--data FILE$/);
    rmSync(join(run, "data.json"));
    await refused(/data\.json: cannot be read \(ENOENT\), so the validation pairs are not known; give them with --data FILE$/);
  });
});

test.skipIf(process.platform === "win32")("pairs from a pipe train, and are not waited for a second time", async () => {
  const pipe = join(temporary.path, "pairs");
  execFileSync("mkfifo", [pipe]);
  const writer = spawn("sh", ["-c", 'cat "$1" > "$2"', "sh", train, pipe], { stdio: "ignore" });
  await collect(toyOptions(run, toyConfig(pipe, { epochs: 1 })));
  expect(record()).toEqual({ validation: null });
  writer.kill();
});
