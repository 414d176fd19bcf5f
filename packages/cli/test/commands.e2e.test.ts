import { mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSite } from "../src/serve/site.ts";
import { s2s, type Finished } from "./support/bin.ts";
import { writeTask } from "./support/task.ts";

const SMALL = ["--hidden", "16", "--embedding", "8", "--epochs", "2", "--batch-size", "32", "--threads", "2"];

let folder: string;
const here = (...args: string[]) => s2s(args, { cwd: folder });

/** The one JSON object that a successful command prints. */
function json({ code, stdout, stderr }: Finished): Record<string, unknown> {
  expect(code, stderr).toBe(0);
  expect(stdout.trim().split("\n")).toHaveLength(1);
  return JSON.parse(stdout) as Record<string, unknown>;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "s2s e2e "));
  await writeTask(folder, 400);
  const { code, stderr } = await here("train", "--data", "pairs.tsv", "--out", "run", ...SMALL);
  expect(code, stderr).toBe(0);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the built command", () => {
  it("trains, and resumes with more epochs, giving one JSON object with the progress on stderr", async () => {
    const first = json(await here("train", "--data", "pairs.tsv", "--out", "json-run", "--json", ...SMALL));
    expect(first).toMatchObject({
      status: "finished",
      folder: "json-run",
      epochs: 2,
      threads: 2,
      examples: { training: 360, validation: 40 },
    });
    const resumed = await here("train", "--resume", "json-run", "--epochs", "3", "--json");
    expect(json(resumed)).toMatchObject({ status: "finished", epochs: 3, history: [{ epoch: 3 }] });
    expect(resumed.stderr).toContain("Going on in epoch 3, after step 24.");
  });

  it("evaluates", async () => {
    const figures = json(await here("evaluate", "run", "--data", "pairs.tsv", "--limit", "50", "--json"));
    expect(Object.keys(figures)).toEqual(
      expect.arrayContaining(["examples", "units", "loss", "perplexity", "tokenAccuracy", "sequenceAccuracy", "bleu", "chrf", "wer"]),
    );
    expect(figures["examples"]).toBe(50);
    expect(Math.exp(figures["loss"] as number)).toBeCloseTo(figures["perplexity"] as number, 9);
    const { stdout } = await here("evaluate", "run", "--data", "pairs.tsv", "--limit", "50");
    expect(stdout).toMatch(/^examples +50$/m);
  });

  it("translates arguments and standard input alike", async () => {
    const texts = ["abc", "hgfe", "aa"];
    const { code, stdout } = await here("translate", "run", ...texts);
    expect(code).toBe(0);
    expect(stdout.split("\n")).toHaveLength(4);
    const piped = await s2s(["translate", "run"], { cwd: folder, input: texts.join("\n") });
    expect(piped.stdout).toBe(stdout);
    const objects = await s2s(["translate", "run", "--json"], { cwd: folder, input: `${texts.join("\r\n")}\r\n` });
    const answers = objects.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { text: string; score: number; tokens: string[] });
    expect(answers.map(({ text }) => `${text}\n`).join("")).toBe(stdout);
    for (const { text, score, tokens } of answers) {
      expect(tokens.join("")).toBe(text);
      expect(score).toBeLessThan(0);
    }
  });

  it("takes a folder that holds a model in one file for that model", async () => {
    json(await here("export", "run", "--out", "single", "--single-file", "--json"));
    expect(await here("translate", "single", "abc", "hg")).toMatchObject(await here("translate", "run", "abc", "hg"));
    expect(json(await here("inspect", "single", "--json"))).toMatchObject({
      parameters: json(await here("inspect", "run", "--json"))["parameters"],
    });
    for (const args of [
      ["evaluate", "single", "--data", "pairs.tsv"],
      ["parity", "single"],
      ["export", "single", "--out", "other"],
    ]) {
      const { code, stderr } = await here(...args);
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/single[/]generate[.]onnx: is a model in one file, which can only generate/),
      ]);
    }
    const { find, model } = await openSite(join(folder, "single"));
    expect(model).toBe(join(folder, "single", "generate.onnx"));
    expect((await find([""]))?.content?.toString()).toContain('<s2s-model src="bundle/generate.onnx"');
    expect(await find(["bundle", "generate.onnx"])).toMatchObject({ path: await realpath(model) });
    expect(await find(["bundle", "s2s.json"])).toBeUndefined();
    expect((await find(["sw.js"]))?.content?.toString()).toContain('"bundle/generate.onnx"');
  });

  it("reports the lines that cannot be translated, keeps their places, and answers the others", async () => {
    const input = Buffer.concat([Buffer.from(`abc\n${"a".repeat(500)}\n`), Uint8Array.of(0xff, 0x0a), Buffer.from("\nabc\n")]);
    const { code, stdout, stderr } = await s2s(["translate", "run"], { cwd: folder, input });
    expect(code).toBe(2);
    const lines = stdout.split("\n");
    expect(lines).toHaveLength(6);
    expect(lines.slice(1, 5)).toEqual(["", "", "", lines[0]]);
    expect(stderr.split("\n").slice(0, 2)).toEqual([
      expect.stringMatching(/^s2s: line 2: the text has 500 tokens and this model reads at most \d+: /),
      "s2s: line 3: is not valid UTF-8: convert it to UTF-8",
    ]);
    const objects = await s2s(["translate", "run", "--json"], { cwd: folder, input });
    expect(JSON.parse(objects.stdout.split("\n")[1] ?? "")).toEqual({ line: 2, error: expect.stringContaining("500 tokens") });
    const argument = await here("translate", "run", "abc", "a".repeat(500));
    expect(argument).toMatchObject({
      code: 2,
      stdout: `${lines[0]}\n\n`,
      stderr: expect.stringMatching(/^s2s: text 2: the text has 500 tokens/),
    });
  });

  it("inspects a run, a bundle, graphs and one graph", async () => {
    const graphs = ["train", "gradients", "update", "evaluate", "encoder", "decoder", "generate"];
    const sizes = ["--source-vocab", "64", "--target-vocab", "20", "--hidden", "16", "--embedding", "8"];
    const built = json(await here("build-graph", "--out", "graphs/", "--json", ...sizes));
    expect((await readdir(join(folder, "graphs"))).sort()).toEqual(
      [...graphs.map((name) => `${name}.onnx`), "s2s.json", "weights.safetensors"].sort(),
    );
    const run = json(await here("inspect", "run", "--json"));
    expect(run).toMatchObject({ kind: "run", model: { encoder: { hidden: 16 } }, training: { epochs: 2 } });
    expect(json(await here("inspect", "run/bundle", "--json"))).toMatchObject({ kind: "bundle", parameters: run["parameters"] });
    const folderOfGraphs = json(await here("inspect", "graphs", "--json"));
    expect(folderOfGraphs).toMatchObject({
      kind: "graphs",
      parameters: built["parameters"],
      model: { input: { vocabulary: 64 }, output: { vocabulary: 20 } },
    });
    expect((folderOfGraphs["graphs"] as { file: string }[]).map(({ file }) => file)).toEqual(graphs.map((name) => `${name}.onnx`));
    const layers = folderOfGraphs["layers"] as { name: string; parameters: number; tensors: { shape: number[] }[] }[];
    expect(layers[0]).toMatchObject({ name: "encoder.embedding", parameters: 64 * 8, tensors: [{ shape: [64, 8] }] });
    expect(layers.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(built["parameters"]);
    expect(json(await here("inspect", "graphs/encoder.onnx", "--json"))).toMatchObject({
      kind: "graph",
      graphs: [{ operators: { LSTM: 1 } }],
    });
    const { stdout } = await here("inspect", "graphs");
    expect(stdout).toMatch(/^train\.onnx +[\d.]+ kB$/m);
    expect(stdout).toContain("next.mean/<parameter> (10)");
  });

  it("builds graphs with the vocabularies of the data, and again into its own folder alone", async () => {
    const args = ["build-graph", "--data", "pairs.tsv", "--hidden", "16", "--out", "data-graphs"];
    expect((await here(...args)).code).toBe(0);
    const again = json(await here(...args, "--target-vocab", "30", "--json"));
    expect(again["model"]).toMatchObject({ input: { vocabulary: 12 }, output: { vocabulary: 30 } });
    expect(await here("build-graph", "--data", "pairs.tsv", "--out", "run")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("run: holds a run already"),
    });
    expect(await here("translate", "data-graphs", "x")).toMatchObject({ code: 2, stderr: expect.stringContaining("data-graphs") });
  });

  it("makes the dates data set, once", async () => {
    const { files } = json(await here("init", "dates", "--recipe", "dates", "--json")) as { files: { path: string; pairs?: number }[] };
    expect(files.map(({ path }) => path)).toEqual(
      ["train.tsv", "valid.tsv", "test.tsv", "s2s.config.json"].map((name) => join("dates", name)),
    );
    const before = await readFile(join(folder, "dates", "train.tsv"));
    expect((await here("init", "dates")).code).toBe(0);
    expect(await readFile(join(folder, "dates", "train.tsv"))).toEqual(before);
    expect(await here("init", "dates", "--seed", "2")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("is there already with other content"),
    });
    expect(await here("init", "pairs.tsv")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^s2s: .*pairs\.tsv: this exists already/),
    });
  });

  it("says what the machine can run", async () => {
    expect(json(await here("doctor", "--json"))).toMatchObject({
      node: process.version,
      onnxruntime: "1.30.0",
      providers: [
        { provider: "cpu", available: true },
        { provider: "cuda" },
        { provider: "webgpu" },
        { provider: "wasm", available: true },
      ],
    });
  });

  it("measures training and decoding", async () => {
    const train = json(await here("bench", "train", "--case", "char-64", "--steps", "2", "--json"));
    expect(train).toMatchObject({
      case: "char-64",
      parameters: expect.any(Number),
      msPerStep: expect.any(Number),
      gflopsPerSecond: expect.any(Number),
    });
    const decode = json(await here("bench", "decode", "--case", "char-64", "--json"));
    expect(decode).toMatchObject({ case: "char-64", msPerToken: { batch1: expect.any(Number), batch64: expect.any(Number) } });
    const { paths } = decode as { paths: { device: string; graphs: string; beams: number; msPerToken: number }[] };
    expect(paths.map(({ device, graphs, beams }) => `${device} ${graphs} ${beams}`)).toEqual(
      ["node-cpu", "node-wasm"].flatMap((device) => ["split 1", "split 4", "generate 1", "generate 4"].map((path) => `${device} ${path}`)),
    );
    for (const { msPerToken } of paths) expect(msPerToken).toBeGreaterThan(0);
  });
});
