import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { readBundle } from "@s2s/runtime";
import { buildInferenceGraphs, exportBundle, SafetensorsFile, type State, textSides } from "@s2s/trainer";
import { beforeAll, describe, expect, test } from "vitest";
import { letterSequences, reversalPairs } from "../support/tasks.ts";
import { type Figures, Workplace } from "../support/workplace.ts";

const place = await Workplace.create();
const HIDDEN = 48;

/** What `s2s export --json` prints. */
interface Report {
  readonly files: string[];
  readonly bytes: number;
  readonly pairs?: number;
  readonly float32: Precision;
  readonly float16?: Precision;
  readonly int8?: Precision;
}
interface Precision {
  readonly bytes: number;
  readonly loss: number;
  readonly tokenAccuracy: number;
  readonly sequenceAccuracy: number;
  readonly msPerToken: number;
}

const sizeOf = (...folder: string[]): number =>
  readdirSync(place.path(...folder)).reduce((sum, name) => sum + statSync(place.path(...folder, name)).size, 0);

beforeAll(async () => {
  await place.write("pairs.tsv", reversalPairs(letterSequences(1200)));
  await place.ok(
    "train",
    "--data",
    "pairs.tsv",
    "--hidden",
    String(HIDDEN),
    "--embedding",
    "16",
    "--epochs",
    "25",
    "--lr",
    "0.01",
    "--out",
    "run",
  );
});

describe("the calls of the issue", () => {
  test("s2s export run --out bundle && s2s translate bundle", async () => {
    const report = await place.json<Report>("export", "run", "--out", "bundle");
    expect(report).toEqual({
      files: readdirSync(place.path("bundle")).sort(),
      bytes: sizeOf("bundle"),
      float32: { bytes: expect.any(Number) },
    });
    expect(await place.ok("translate", "bundle", "abcd")).toBe(await place.ok("translate", "run", "abcd"));
  });

  test("s2s export run --out int8 --precision int8 --json", async () => {
    const report = await place.json<Report>("export", "run", "--out", "int8", "--precision", "int8");
    expect(report.files).toEqual(readdirSync(place.path("int8")).sort());
    expect(report.bytes).toBe(sizeOf("int8"));
    expect(report.pairs).toBe(120);
    expect(report.int8!.bytes).toBeLessThan(0.55 * report.float32.bytes);
    expect(report.int8!.sequenceAccuracy).toBeGreaterThanOrEqual(report.float32.sequenceAccuracy - 0.01);
    expect(report.float32.sequenceAccuracy).toBeGreaterThan(0.5);
    for (const { msPerToken, loss } of [report.float32, report.int8!]) expect([msPerToken > 0, loss > 0]).toEqual([true, true]);
    const lines = readFileSync(place.path("pairs.tsv"), "utf8").trimEnd().split("\n").slice(0, 50);
    await place.write("some.tsv", `${lines.join("\n")}\n`);
    const { sequenceAccuracy } = await place.json<Figures>("evaluate", "int8", "--data", "some.tsv");
    expect(sequenceAccuracy).toBeGreaterThan(0.5);
  });

  test("several precisions: the first is taken, as people see it in a table", async () => {
    const printed = await place.ok("export", "run", "--out", "both", "--precision", "float16,float32");
    expect(printed).toMatch(/^both: 11 files, [\d.]+ kB$/m);
    expect(printed).toMatch(/^ +bytes +loss +tokens +sequences +ms a token$/m);
    for (const precision of ["float32", "float16"])
      expect(printed).toMatch(new RegExp(`^${precision} +[\\d.]+ kB +[\\d.]+ +[\\d.]+% +[\\d.]+% +[\\d.]+$`, "m"));
    expect(printed).toContain("measured on 120 pairs");
    const { variants } = JSON.parse(readFileSync(place.path("both", "s2s.json"), "utf8")) as { variants: { precision: string }[] };
    expect(variants.map(({ precision }) => precision)).toEqual(["float16", "float32"]);
  });

  test("--single-file", async () => {
    const report = await place.json<Report>("export", "run", "--out", "single", "--single-file", "--precision", "int8");
    expect(report.files).toEqual(["generate.onnx"]);
    expect(report.bytes).toBe(statSync(place.path("single", "generate.onnx")).size);
    const bundle = await readBundle(place.path("single", "generate.onnx"));
    expect(bundle.target!.tokens).toEqual((await readBundle(place.path("int8"))).target!.tokens);
  });
});

describe("what is refused", () => {
  test("a precision that loses too much: both figures on one line, the older export untouched", async () => {
    await fragileCopy("broken");
    await place.ok("export", "broken", "--out", "kept");
    const before = readFileSync(place.path("kept", "s2s.json"), "utf8");
    const line = await place.refused("export", "broken", "--out", "kept", "--precision", "int8", "--data", "pairs.tsv", "--limit", "200");
    expect(line).toMatch(
      /^int8 gets \d+\.\d% of the sequences right and float32 \d+\.\d%: more is lost than --max-accuracy-drop 0\.01 allows, so nothing was written/,
    );
    expect(readFileSync(place.path("kept", "s2s.json"), "utf8")).toBe(before);
    expect(readdirSync(place.folder).filter((name) => name.includes(".s2s-"))).toEqual([]);
    const options = ["--precision", "int8", "--data", "pairs.tsv", "--limit", "200", "--max-accuracy-drop", "1"];
    const { int8 } = await place.json<Report>("export", "broken", "--out", "kept", ...options);
    expect(int8!.sequenceAccuracy).toBeLessThan(0.2);
  });

  test("validation pairs that changed since the run began, and --data instead", async () => {
    await place.write("more.tsv", reversalPairs(letterSequences(100)));
    await place.ok("train", "--data", "more.tsv", "--hidden", "8", "--embedding", "8", "--epochs", "1", "--out", "changed");
    appendFileSync(place.path("more.tsv"), "ab\tba\n");
    expect(await place.refused("export", "changed", "--out", "x", "--precision", "float16")).toMatch(
      /more\.tsv: changed since changed was trained/,
    );
    const { pairs } = await place.json<Report>(
      "export",
      "changed",
      "--out",
      "x",
      "--precision",
      "float16",
      "--data",
      "more.tsv",
      "--limit",
      "7",
    );
    expect(pairs).toBe(7);
  });

  test.each([
    [["export", "run"], /^export needs --out FOLDER/],
    [
      ["export", "run", "--out", "x2", "--precision", "int4"],
      /^--precision int4: must be one of float32, float16, int8; did you mean int8\?/,
    ],
    [["export", "run", "--out", "x2", "--single-file", "--precision", "int8,float16"], /^a single file holds one precision/],
    [["export", "run", "--out", "x2", "--max-accuracy-drop", "0.1"], /^--max-accuracy-drop: float32 is exported/],
    [["export", "run", "--out", "x2", "--precision", "int8", "--max-accuracy-drop", "2"], /^--max-accuracy-drop 2: must be/],
    [["export", "run", "--out", "x2", "--precision", "int8", "--source-column", "2"], /^--source-column and --target-column say where/],
    [["export", "run", "--out", "run"], /run: is where the model itself is/],
    [["export", "run", "--out", "."], /is where the model itself is/],
    [
      ["export", "bundle", "--out", "x2", "--precision", "int8"],
      /^bundle: is a bundle, which knows no pairs to be measured on; .*--data FILE/,
    ],
    [["export", "int8", "--out", "x2"], /^int8: has no float32 weights; take the run that it was exported from/],
    [["export", "nothing", "--out", "x2"], /^nothing: there is no such folder/],
  ] as const)("s2s %j", async (args, message) => {
    expect(await place.refused(...args)).toMatch(message);
  });

  test("a folder with other things in it", async () => {
    await place.write("others/notes.txt", "mine");
    writeFileSync(place.path("others", "generate.onnx"), "no model");
    expect(await place.refused("export", "run", "--out", "others")).toMatch(/^.*others: is not empty and holds no bundle/);
    expect(readdirSync(place.path("others")).sort()).toEqual(["generate.onnx", "notes.txt"]);
  });
});

/** The trained model with a hidden unit that is always zero, and to whose weights to the logits all others of their columns are nothing. */
async function fragileCopy(name: string): Promise<void> {
  const { manifest, source, target } = await readBundle(place.path("run"));
  const file = await SafetensorsFile.open(place.path("run", "bundle", "weights.safetensors"));
  const weights = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const key of file.header.tensors.keys()) {
    const { shape, data } = await file.read(key);
    weights.set(key, { shape, data: data as Float32Array });
  }
  await file.close();
  const unit = 3;
  for (const side of ["encoder", "decoder"]) {
    for (const part of ["wx", "wh", "b"]) {
      const { data } = weights.get(`${side}.layers.0.${part}`)!;
      for (let i = 3 * HIDDEN + unit; i < data.length; i += 4 * HIDDEN) data[i] = 0;
    }
  }
  const columns = manifest.target!.size;
  weights.get("decoder.readout.w")!.data.fill(30_000, unit * columns, (unit + 1) * columns);
  const side = (tokenizer: typeof source) => ({ tokenizer: tokenizer!, maxLength: 32 });
  const sides = textSides({ source: side(source), target: side(target) });
  const parts = {
    model: manifest.model,
    weights: weights as State,
    manifest: { task: "translate" as const, ...sides.manifest },
    files: sides.files,
    training: {},
  };
  await exportBundle(place.path(name), parts, buildInferenceGraphs);
}
