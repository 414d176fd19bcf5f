import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseTokenizer, SPECIAL_TOKENS, Tokenizer, UserError } from "@s2s/runtime";
import { ManifestSchema } from "@s2s/runtime/manifest";
import type { ModelConfig } from "@s2s/runtime/manifest";
import * as v from "valibot";
import { afterEach, beforeEach, expect, test } from "vitest";
import { exportBundle } from "../src/export.ts";
import type { BundleParts } from "../src/export.ts";
import { modelConfig } from "../src/model-config.ts";
import { textSides } from "../src/tasks/text-sides.ts";
import { SafetensorsFile } from "../src/safetensors.ts";
import { withFullDisk } from "./support/failing-disk.ts";
import { buildToyGraphs } from "./support/toy-executor.ts";
import { temporaryFolder, toyConfig } from "./support/toy-run.ts";

let temporary: ReturnType<typeof temporaryFolder>;
let folder: string;
beforeEach(() => {
  temporary = temporaryFolder();
  folder = join(temporary.path, "bundle");
});
afterEach(() => temporary.remove());

const tokenizer = (unit: "char" | "word", letters: string): Tokenizer => new Tokenizer({ unit, tokens: [...SPECIAL_TOKENS, ...letters] });
const model: ModelConfig = modelConfig(toyConfig("/train.tsv"), { source: 6, target: 7 });
const sides = textSides({
  source: { tokenizer: tokenizer("char", "aé"), maxLength: 40 },
  target: { tokenizer: tokenizer("word", "xyz"), maxLength: 50 },
});
const parts = (first: number): BundleParts => ({
  model,
  weights: new Map([
    ["readout.w", { shape: [6, 7], data: Float32Array.from({ length: 42 }, (_, i) => first + i) }],
    ["readout.b", { shape: [7], data: new Float32Array(7).fill(first) }],
  ]),
  manifest: { task: "translate", ...sides.manifest },
  files: sides.files,
  training: { seed: 1, steps: 10, epochs: 2, validation: { loss: 0.5, tokenAccuracy: 0.75 } },
});
const read = (name: string): Buffer => readFileSync(join(folder, name));

test("a bundle has a valid manifest, with the size and checksum of every other file", async () => {
  const returned = await exportBundle(folder, parts(1), buildToyGraphs);
  const manifest = v.parse(ManifestSchema, JSON.parse(read("s2s.json").toString()));
  expect(manifest).toEqual(returned);
  expect(manifest.files.map(({ name }) => name).sort()).toEqual(
    readdirSync(folder)
      .filter((name) => name !== "s2s.json")
      .sort(),
  );
  for (const { name, bytes, sha256 } of manifest.files) {
    expect(statSync(join(folder, name)).size).toBe(bytes);
    expect(createHash("sha256").update(read(name)).digest("hex")).toBe(sha256);
  }
  expect(manifest).toMatchObject({
    model,
    source: { tokens: "char", size: 6 },
    target: { tokens: "word", size: 7 },
    maxSourceLength: 40,
    maxTargetLength: 50,
    training: { createdBy: expect.stringMatching(/^s2s \d+\.\d+\.\d+/), seed: 1, steps: 10, epochs: 2, validation: { loss: 0.5 } },
  });
  expect(parseTokenizer(read(manifest.source!.file).toString(), "char").tokens.at(-1)).toBe("é");
});

test("the graphs are told where each parameter lies in the weights' file", async () => {
  await exportBundle(folder, parts(1), buildToyGraphs);
  const told = JSON.parse(read("decoder.onnx").toString()) as { file: string; offsets: [string, number, number][] };
  expect(told.file).toBe("weights.safetensors");
  expect(told.offsets.map(([name]) => name).sort()).toEqual(["readout.b", "readout.w"]);
  const weights = read("weights.safetensors");
  for (const [name, offset, bytes] of told.offsets) {
    const { data } = parts(1).weights.get(name)!;
    expect(weights.subarray(offset, offset + bytes).equals(Buffer.from(data.buffer))).toBe(true);
  }
  const file = await SafetensorsFile.open(join(folder, "weights.safetensors"));
  expect((await file.read("readout.w")).shape).toEqual([6, 7]);
  await file.close();
});

test("equal parts give equal bytes; a newer bundle replaces an older one", async () => {
  await exportBundle(folder, parts(1), buildToyGraphs);
  const before = Object.fromEntries(readdirSync(folder).map((name) => [name, read(name).toString("hex")]));
  await exportBundle(folder, parts(1), buildToyGraphs);
  expect(Object.fromEntries(readdirSync(folder).map((name) => [name, read(name).toString("hex")]))).toEqual(before);
  await exportBundle(folder, parts(2), buildToyGraphs);
  expect(read("weights.safetensors").toString("hex")).not.toBe(before["weights.safetensors"]);
  expect(readdirSync(temporary.path)).toEqual(["bundle"]);
});

test("where it fails, the older bundle stays and nothing is left beside it", async () => {
  await exportBundle(folder, parts(1), buildToyGraphs);
  const before = read("s2s.json");
  const broken = (): never => {
    throw new Error("no graphs");
  };
  await expect(exportBundle(folder, parts(2), broken)).rejects.toThrow("no graphs");
  for (const bytes of [0, 400, 900, 1500]) {
    const error: unknown = await withFullDisk("ENOSPC", bytes, () => exportBundle(folder, parts(2), buildToyGraphs)).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(/^[^\n]*the disk is full[^\n]*$/);
  }
  expect(read("s2s.json").equals(before)).toBe(true);
  expect(readdirSync(temporary.path)).toEqual(["bundle"]);
});

test("a folder with other things is refused and kept; an empty one is taken", async () => {
  mkdirSync(folder);
  await exportBundle(`${folder}/`, parts(1), buildToyGraphs);
  expect(readdirSync(temporary.path)).toEqual(["bundle"]);
  const other = join(temporary.path, "other");
  mkdirSync(other);
  writeFileSync(join(other, "thesis.txt"), "");
  await expect(exportBundle(other, parts(1), buildToyGraphs)).rejects.toThrow("is not empty and holds no bundle (thesis.txt)");
  expect(existsSync(join(other, "thesis.txt"))).toBe(true);
});

test("what others put beside the bundle's files stays, also after a kill in the middle of an exchange", async () => {
  await exportBundle(folder, parts(1), buildToyGraphs);
  writeFileSync(join(folder, "README.md"), "a model card");
  await exportBundle(folder, parts(2), buildToyGraphs);
  expect(read("README.md").toString()).toBe("a model card");
  mkdirSync(`${folder}.s2s-old`);
  writeFileSync(join(`${folder}.s2s-old`, "notes.txt"), "left behind");
  await exportBundle(folder, parts(3), buildToyGraphs);
  expect(read("notes.txt").toString()).toBe("left behind");
  expect(read("README.md").toString()).toBe("a model card");
  expect(existsSync(`${folder}.s2s-old`)).toBe(false);
});
