import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readBundle, UserError } from "@s2s/runtime";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { decodeWithBundle } from "../src/decode-bundle.ts";
import { evaluateBundle } from "../src/evaluate-bundle.ts";
import { createExecutor } from "../src/executors/create.ts";
import { exportRun } from "../src/export/export-run.ts";
import type { ExportOptions } from "../src/export/options.ts";
import { requireRoom } from "../src/export/single-file.ts";
import { resolveConfig } from "../src/load-config.ts";
import { answeringModel } from "./support/answering-model.ts";
import { temporaryFolder } from "./support/toy-run.ts";

const place = temporaryFolder();
afterAll(() => place.remove());
let whole: { bundle: string; data: string };
let fragile: { bundle: string; data: string };
beforeAll(async () => {
  whole = await answeringModel(place.path);
  fragile = await answeringModel(place.path, { fragile: true });
});

let out: string;
let tests = 0;
beforeEach(() => {
  out = join(place.path, `out-${(tests += 1)}`);
});

/** A model with random weights is often undecided: what it loses is not what these tests are about. */
const ofWhole = () => ({ data: whole.data, maxAccuracyDrop: 0.5 });
const sizeOf = (folder: string): number => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
const snapshot = (folder: string): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString("base64")]));
const evaluated = (path: string, file: string) =>
  evaluateBundle(path, { file, config: resolveConfig({}, "test"), threads: 1, createExecutor });

test("every precision asked for is there, in that order, with figures against float32", async () => {
  const { manifest, report } = await exportRun(whole.bundle, { out, precisions: ["int8", "float32", "float16"], ...ofWhole() });
  expect((await readBundle(out)).manifest).toEqual(manifest);
  expect(manifest.variants.map(({ precision }) => precision)).toEqual(["int8", "float32", "float16"]);
  expect(report).toMatchObject({ files: readdirSync(out).sort(), bytes: sizeOf(out), pairs: 60 });
  // The training graph sees all steps of a batch at once: another way to the same figures.
  const { loss, tokenAccuracy, sequenceAccuracy } = await evaluated(whole.bundle, whole.data);
  expect(sequenceAccuracy).toBe(1);
  expect(report.float32).toMatchObject({ tokenAccuracy, sequenceAccuracy });
  expect(report.float32!.loss).toBeCloseTo(loss, 5);
  expect(report.float16!.loss).toBeCloseTo(loss, 2);
  expect(report.int8!.sequenceAccuracy).toBeGreaterThan(0.7);
  for (const precision of ["float32", "float16", "int8"] as const) {
    expect(report[precision]!.msPerToken).toBeGreaterThan(0);
    const { weights } = manifest.variants.find((variant) => variant.precision === precision)!;
    const files = manifest.files.filter(({ name }) => name.includes(precision) || name === weights || name.endsWith(".json"));
    if (precision !== "float32") expect(report[precision]!.bytes).toBe(files.reduce((sum, { bytes }) => sum + bytes, 0));
  }
  const bytes = (name: string): number => statSync(join(out, name)).size;
  expect(bytes("weights.float16.safetensors")).toBeLessThan(0.6 * bytes("weights.safetensors"));
  expect(bytes("weights.int8.safetensors")).toBeLessThan(bytes("weights.float16.safetensors"));
});

test("float32 alone needs no pairs, and is the same model", async () => {
  const { report } = await exportRun(whole.bundle, { out });
  expect(report).toEqual({ files: expect.any(Array), bytes: sizeOf(out), float32: { bytes: expect.any(Number) } });
  expect(readFileSync(join(out, "weights.safetensors")).equals(readFileSync(join(whole.bundle, "weights.safetensors")))).toBe(true);
});

test("a precision alone leaves float32 out of the folder, and can be evaluated as it is", async () => {
  const { manifest, report } = await exportRun(whole.bundle, { out, precisions: ["int8"], ...ofWhole(), limit: 25 });
  expect(manifest.variants.map(({ precision }) => precision)).toEqual(["int8"]);
  expect(readdirSync(out).sort()).toEqual([
    "decoder.int8.onnx",
    "encoder.int8.onnx",
    "generate.int8.onnx",
    "s2s.json",
    "tokenizer.json",
    "weights.int8.safetensors",
  ]);
  expect(report).toMatchObject({ pairs: 25, float32: { sequenceAccuracy: 1 }, int8: { sequenceAccuracy: expect.any(Number) } });
  const all = await exportRun(whole.bundle, { out, precisions: ["int8"], ...ofWhole() });
  const { loss, tokenAccuracy, sequenceAccuracy } = await evaluated(out, whole.data);
  expect(all.report.int8).toMatchObject({ tokenAccuracy, sequenceAccuracy });
  expect(all.report.int8!.loss).toBeCloseTo(loss, 6);
  await expect(exportRun(out, { out: `${out}-again` })).rejects.toThrow(/has no float32 weights; take the run/);
});

describe("a variant that loses too much", () => {
  test("is refused with both figures, and what was there before stays as it was", async () => {
    await exportRun(fragile.bundle, { out });
    const before = snapshot(out);
    const refused = exportRun(fragile.bundle, { out, precisions: ["float32", "int8"], data: fragile.data });
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(
      /^int8 gets \d+\.\d% of the sequences right and float32 100\.0%: more is lost than --max-accuracy-drop 0\.01 allows, so nothing was written; allow more, or export float16$/,
    );
    expect(snapshot(out)).toEqual(before);
    expect(readdirSync(place.path).filter((name) => name.startsWith("out-") && name.includes("."))).toEqual([]);
    await expect(exportRun(fragile.bundle, { out: `${out}-new`, precisions: ["int8"], data: fragile.data })).rejects.toThrow(UserError);
    expect(existsSync(`${out}-new`)).toBe(false);
  });

  test("is written where as much may be lost, or where the precision holds the numbers", async () => {
    const { report } = await exportRun(fragile.bundle, { out, precisions: ["int8"], data: fragile.data, maxAccuracyDrop: 1 });
    expect(report.int8!.sequenceAccuracy).toBeLessThan(0.5);
    const { report: other } = await exportRun(fragile.bundle, { out, precisions: ["float16"], data: fragile.data, maxAccuracyDrop: 0.05 });
    expect(other.float16!.sequenceAccuracy).toBeGreaterThan(0.95);
  });
});

describe("a single file", () => {
  test.each(["float32", "float16", "int8"] as const)("holds model, vocabularies and manifest: %s", async (precision) => {
    const data = precision === "float32" ? {} : ofWhole();
    const { manifest, report } = await exportRun(whole.bundle, { out, precisions: [precision], singleFile: true, ...data });
    expect(readdirSync(out)).toEqual(["generate.onnx"]);
    expect(report).toMatchObject({ files: ["generate.onnx"], bytes: sizeOf(out), [precision]: { bytes: sizeOf(out) } });
    const read = await readBundle(join(out, "generate.onnx"));
    expect(read.manifest).toEqual(manifest);
    expect(manifest.variants).toEqual([{ precision, graphs: { generate: expect.objectContaining({ file: "generate.onnx" }) } }]);
    expect(read.target!.tokens).toEqual((await readBundle(whole.bundle)).target!.tokens);
  });

  test("takes the place of an older bundle, and the other way round; other files stay", async () => {
    await exportRun(whole.bundle, { out });
    writeFileSync(join(out, "README.md"), "mine");
    await exportRun(whole.bundle, { out, singleFile: true });
    expect(readdirSync(out).sort()).toEqual(["README.md", "generate.onnx"]);
    await exportRun(whole.bundle, { out });
    expect(readdirSync(out)).toContain("README.md");
    expect(readdirSync(out)).toContain("encoder.onnx");
  });

  test("is refused beyond what one ONNX file can hold", () => {
    const tensor = (bytes: number) => ({ data: { byteLength: bytes } as Float32Array });
    expect(() => requireRoom(new Map([["w", tensor(2 ** 30)]]))).not.toThrow();
    expect(() =>
      requireRoom(
        new Map([
          ["v", tensor(2 ** 30)],
          ["w", tensor(2 ** 30)],
        ]),
      ),
    ).toThrow(/^the weights take 2\.1 GB and a single ONNX file holds at most 2\.1; export a folder, or take a smaller precision$/);
  });
});

describe("what cannot be exported", () => {
  const cases: readonly (readonly [string, Partial<ExportOptions>, RegExp])[] = [
    ["no precision", { precisions: [] }, /must be one of float32, float16, int8/],
    ["an unknown precision", { precisions: ["int4" as "int8"] }, /^precision int4: must be one of/],
    ["a precision twice", { precisions: ["int8", "int8"] }, /^precision int8,int8: names one twice/],
    ["a single file of several precisions", { singleFile: true, precisions: ["int8", "float32"] }, /holds one precision, not int8,float32/],
    ["a drop without anything rounded", { maxAccuracyDrop: 0.1 }, /^--max-accuracy-drop: float32 is exported as it was trained/],
    ["data without anything rounded", { data: "x.tsv" }, /^--data: float32 is exported/],
    ["a limit without anything rounded", { limit: 5 }, /^--limit: float32 is exported/],
    ["a drop beyond all pairs", { precisions: ["int8"], maxAccuracyDrop: 1.5 }, /a number from 0 to 1, not 1.5/],
    ["no pairs", { precisions: ["int8"], limit: 0 }, /a whole number of at least 1, not 0/],
    ["a bundle without pairs", { precisions: ["int8"] }, /is a bundle, which knows no pairs .*--data FILE/],
    ["pairs that are not there", { precisions: ["int8"], data: "/nowhere.tsv" }, /^\/nowhere.tsv: does not exist/],
  ];
  test.each(cases)("%s", async (_name, options, message) => {
    await expect(exportRun(whole.bundle, { out, ...options })).rejects.toThrow(UserError);
    await expect(exportRun(whole.bundle, { out, ...options })).rejects.toThrow(message);
    expect(existsSync(out)).toBe(false);
  });

  test("over the model itself, over what holds it, or over other files", async () => {
    for (const folder of [whole.bundle, place.path])
      await expect(exportRun(whole.bundle, { out: folder })).rejects.toThrow(/is where the model itself is/);
    mkdirSync(out);
    writeFileSync(join(out, "generate.onnx"), "somebody else's");
    await expect(exportRun(whole.bundle, { out })).rejects.toThrow(/is not empty and holds no bundle \(generate.onnx\)/);
    expect(readFileSync(join(out, "generate.onnx"), "utf8")).toBe("somebody else's");
  });

  test.each(["s2s-next", "s2s-old"])("from the folder that an export to another one would empty: %s", async (suffix) => {
    const { bundle } = await answeringModel(`${out}.${suffix}`);
    await expect(exportRun(bundle, { out })).rejects.toThrow(/is where the model itself is/);
    expect(await readBundle(bundle)).toBeDefined();
  });

  test("no model", async () => {
    await expect(exportRun(join(place.path, "none"), { out })).rejects.toThrow(/there is no such folder/);
    mkdirSync(out);
    await expect(exportRun(out, { out: `${out}-x` })).rejects.toThrow(/holds no model/);
    await exportRun(whole.bundle, { out, singleFile: true });
    for (const path of [out, join(out, "generate.onnx")]) {
      for (const refused of [() => exportRun(path, { out: `${out}-x` }), () => evaluated(path, whole.data)])
        await expect(refused()).rejects.toThrow(/generate\.onnx: is a model in one file, which can only generate; give the run/);
    }
  });
});

test("the answers of an exported precision are those that were measured", async () => {
  const { report } = await exportRun(whole.bundle, { out, precisions: ["float16"], ...ofWhole() });
  const { source, target } = await readBundle(out);
  const lines = readFileSync(whole.data, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t") as [string, string]);
  const answers = await decodeWithBundle(
    out,
    lines.map(([text]) => Int32Array.from(source!.encode(text))),
  );
  const right = lines.filter(([, expected], i) => target!.decode(answers[i]!) === expected).length;
  expect(report.float16!.sequenceAccuracy).toBe(right / lines.length);
});
