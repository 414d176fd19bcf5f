import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHere } from "./support/capture.ts";
import { writeTask } from "./support/task.ts";

const SMALL = ["--hidden", "16", "--embedding", "8", "--epochs", "2", "--batch-size", "32", "--threads", "1"];
/** "ab" stands three times here, with two different targets. */
const PAIRS = [
  ["ab", "ba"],
  ["abc", "cba"],
  ["ab", "b a"],
  ["hgfe", "efgh"],
  ["ab", "ba"],
] as const;

let folder: string;
let run: string;
let data: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "s2s-evaluate-"));
  run = join(folder, "run");
  data = join(folder, "test.tsv");
  await writeFile(data, PAIRS.map((pair) => `${pair.join("\t")}\n`).join(""));
  const { code, stderr } = await runHere("train", "--data", await writeTask(folder, 400), "--out", run, ...SMALL);
  expect(code, stderr).toBe(0);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function evaluate(...args: string[]): Promise<Record<string, number>> {
  const { code, stdout, stderr } = await runHere("evaluate", run, "--data", data, "--json", ...args);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Record<string, number>;
}

async function answers(...args: string[]): Promise<string[]> {
  const { stdout } = await runHere("translate", run, "ab", "abc", "hgfe", ...args);
  return stdout.trimEnd().split("\n");
}

describe("evaluate", () => {
  it("measures the answers that translate gives, each source once with all its references", async () => {
    const [ab = "", abc = "", hgfe = ""] = await answers();
    const figures = await evaluate("--metrics", "ser,exact,cer,bleu");
    expect(figures).toMatchObject({ examples: 5, sources: 3, references: 4 });
    const right = Number(ab === "ba" || ab === "b a") + Number(abc === "cba") + Number(hgfe === "efgh");
    expect(figures["exact"]).toBeCloseTo(right / 3, 12);
    expect(figures["ser"]).toBeCloseTo(1 - right / 3, 12);
    expect(figures["cer"]).toBeGreaterThan(0);
    expect(figures["bleu"]).toBe(0);
    expect(Math.exp(figures["loss"]!)).toBeCloseTo(figures["perplexity"]!, 9);
    expect(figures).not.toHaveProperty("per");
  });

  it("gives what compare gives, with the options of the search", async () => {
    const search = ["--beams", "3", "--max-length", "4"];
    for (const references of ["source", "line"]) {
      const figures = await evaluate("--references", references, ...search);
      const names = "bleu,chrf,wer,per,cer,ser";
      const grouped = ["--metrics", names, "--references", references, "--samples", "2", "--json"];
      const { stdout } = await runHere("compare", run, run, "--data", data, ...grouped, ...search);
      const { metrics, sources } = JSON.parse(stdout);
      expect(figures["sources"]).toBe(sources);
      for (const name of names.split(",")) expect(figures[name]).toBe(metrics[name].a.score);
    }
  });

  it("prints a line for each figure", async () => {
    const { stdout } = await runHere("evaluate", run, "--data", data, "--limit", "2");
    expect(stdout).toMatch(/^sources +2$/m);
    for (const name of [
      "loss \\(nats a unit\\)",
      "perplexity",
      "token accuracy",
      "sequence accuracy",
      "BLEU",
      "chrF",
      "WER",
      "PER",
      "CER",
      "SER",
    ])
      expect(stdout).toMatch(new RegExp(`^${name} +[\\d.]+%?$`, "m"));
  });

  it.each([
    [["--metrics", "blue"], /^s2s: --metrics blue: must be one of bleu, .*did you mean bleu\?/],
    [["--metrics", "bleu", "--metric", "wer"], /^s2s: --metric and --metrics say the same/],
    [["--beams", "0"], /^s2s: --beams 0: must be/],
    [["--n-best", "2"], /^s2s: unknown option --n-best/],
  ])("with %j is refused", async (args, message) => {
    const { code, stderr } = await runHere("evaluate", run, "--data", data, ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe("evaluate of other tasks", () => {
  it("stands a forecast beside simple ones, fitted on what the run was trained on", async () => {
    const series = Array.from({ length: 80 }, (_, t) => 50 + 10 * Math.sin((2 * Math.PI * t) / 8) + ((t * 7) % 5));
    const file = join(folder, "series.csv");
    await writeFile(file, `value\n${series.join("\n")}\n`);
    const out = join(folder, "series");
    const options = ["--window", "8", "--season", "8", ...SMALL];
    const { code, stderr } = await runHere("train", "--task", "forecast", "--data", file, "--out", out, ...options);
    expect(code, stderr).toBe(0);
    const { stdout } = await runHere("evaluate", out, "--data", file, "--json");
    const { mae, details } = JSON.parse(stdout);
    expect(mae).toBeGreaterThan(0);
    const errors = (lag: number) => series.slice(8).map((value, i) => Math.abs(value - series[i + 8 - lag]!));
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Object.keys(details.baselines)).toEqual(["naive", "seasonalNaive", "windowLinear", "windowMlp"]);
    expect(details.baselines.naive.mae).toBeCloseTo(mean(errors(1)), 9);
    expect(details.baselines.seasonalNaive.mae).toBeCloseTo(mean(errors(8)), 9);
    const printed = (await runHere("evaluate", out, "--data", file)).stdout;
    expect(printed).toMatch(/^seasonal naive +[\d.]+ +[\d.]+ +[\d.]+$/m);
    expect(await runHere("evaluate", out, "--data", file, "--metrics", "bleu")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--metrics are of answers in text, which a model for the task forecast does not give/),
    });
    // A bundle alone does not know what it was trained on.
    const alone = await runHere("evaluate", join(out, "bundle"), "--data", file, "--json");
    expect(JSON.parse(alone.stdout).details).not.toHaveProperty("baselines");
  });

  it("shows what labels were taken for what", async () => {
    const lines = ["a b\tX Y", "b\tY", "a a b\tX X Y"].flatMap((line) => Array<string>(20).fill(`${line}\n`));
    const file = join(folder, "tags.tsv");
    await writeFile(file, lines.join(""));
    const out = join(folder, "tags");
    const trained = await runHere("train", "--task", "tag", "--source.tokens", "word", "--data", file, "--out", out, ...SMALL);
    expect(trained.code, trained.stderr).toBe(0);
    const { stdout } = await runHere("evaluate", out, "--data", file, "--json");
    const { tokenAccuracy, details } = JSON.parse(stdout);
    const right = details.confusion.reduce((sum: number, row: number[], k: number) => sum + row[k]!, 0);
    expect(right / 120).toBeCloseTo(tokenAccuracy, 12);
    expect(details.confusion.flat().reduce((sum: number, times: number) => sum + times, 0)).toBe(120);
    expect((await runHere("evaluate", out, "--data", file)).stdout).toMatch(/^label +precision +recall +F1 +count$/m);
  });
});
