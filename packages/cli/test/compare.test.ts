import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { countDown, writeCountdown } from "../../runtime/test/countdown.ts";
import { writeTaskBundle } from "../../../test/support/task-bundles.ts";
import { png } from "../../../test/support/png.ts";
import { runHere } from "./support/capture.ts";

const folder = mkdtempSync(join(tmpdir(), "s2s-compare-"));
afterAll(() => rmSync(folder, { recursive: true }));
const model = join(folder, "model");
writeCountdown(model);

function file(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  return path;
}

// Of 20 sources the countdown answers 15 as the targets have it.
const SOURCES = Array.from({ length: 20 }, (_, i) => "abcdefghij"[i % 10]! + "abc"[i % 3]!.repeat(i < 10 ? 0 : 1));
const right = SOURCES.map((source) => countDown(source).tokens.join(""));
const data = file(
  "test.tsv",
  SOURCES.map((source, i) => `${source}\t${i % 4 === 3 ? `${right[i]}p` : right[i]}`),
);
const never = file(
  "never.txt",
  SOURCES.map(() => "p p p"),
);

describe("compare", () => {
  it("measures a model and a file of answers, with intervals and a p-value", async () => {
    const { code, stdout, stderr } = await runHere("compare", model, never, "--data", data, "--metrics", "exact,per,chrf", "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ a: model, b: never, data, sources: 20, references: 20, test: "bootstrap", samples: 1000, seed: 1 });
    const { exact, per, chrf } = result.metrics;
    expect(exact).toMatchObject({ a: { score: 15 / 20 }, b: { score: 0, mean: 0, low: 0, high: 0 }, difference: { score: -15 / 20 } });
    expect(exact.wins).toEqual({ a: 1, b: 0 });
    expect(exact.p).toBeCloseTo(1 / 1001, 12);
    expect(exact.a.low).toBeLessThan(15 / 20);
    expect(exact.a.high).toBeGreaterThan(15 / 20);
    // Each answer is one token, and three of another.
    expect(per).toMatchObject({ a: { score: 5 / 20 }, b: { score: 3 }, wins: { a: 1, b: 0 } });
    expect(chrf.difference.score).toBeCloseTo(chrf.b.score - chrf.a.score, 12);
    expect(chrf.difference.high).toBeLessThan(0);
  });

  it("says it in lines, the same each time", async () => {
    const args = ["compare", never, model, "--data", data, "--metric", "ser", "--samples", "200", "--seed", "0"];
    const { stdout } = await runHere(...args);
    expect(stdout.split("\n").slice(0, 3)).toEqual([`A: ${never}`, `B: ${model}`, "20 texts, 20 references"]);
    expect(stdout).toMatch(/^ser +100\.00% \(100\.00% to 100\.00%\) +25\.00% \(\d.*\) +-75\.00% \(.*\) +0\.0050 +B is better$/m);
    expect(stdout).toContain("paired bootstrap, 200 samples, seed 0; significant below 0.05");
    expect((await runHere(...args)).stdout).toBe(stdout);
  });

  it("finds no system better than itself", async () => {
    for (const test of ["bootstrap", "randomization"]) {
      const { stdout } = await runHere("compare", model, model, "--data", data, "--metrics", "chrf", "--test", test, "--samples", "100");
      expect(stdout).toMatch(/^chrf .* 1\.0000 +not significant$/m);
    }
  });

  it("hands options of the search to the models", async () => {
    const { stdout } = await runHere("compare", model, never, "--data", data, "--metrics", "exact", "--max-length", "1", "--json");
    expect(JSON.parse(stdout).metrics.exact.a.score).toBeLessThan(0.5);
  });

  it("takes pairs with one source together, or each line by itself", async () => {
    const pairs = file("pairs.tsv", ["a\tone", "b\ttwo", "a\tuno", "c\tthree"]);
    const answers = file("answers.txt", ["uno", "two", "uno", "x"]);
    const compare = async (...args: string[]) =>
      JSON.parse((await runHere("compare", answers, answers, "--data", pairs, "--metrics", "exact", "--json", ...args)).stdout);
    expect(await compare()).toMatchObject({ sources: 3, references: 4, metrics: { exact: { a: { score: 2 / 3 } } } });
    expect(await compare("--references", "line")).toMatchObject({ sources: 4, references: 4, metrics: { exact: { a: { score: 2 / 4 } } } });
    expect(await compare("--limit", "2")).toMatchObject({ sources: 2, metrics: { exact: { a: { score: 1 / 2 } } } });
    const two = file("two.txt", ["one", "two", "uno", "x"]);
    expect(await runHere("compare", answers, two, "--data", pairs)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/two\.txt:3: another answer to "a" than in line 1: give one, or --references line\n$/),
    });
  });

  it("fails where a model can read no text at all", async () => {
    const long = file("all-long.tsv", [`${"a".repeat(30)}\tx`, `${"b".repeat(30)}\tx`]);
    expect(await runHere("compare", never, model, "--data", long)).toMatchObject({ code: 2 });
    const answers = file("of-two.txt", ["x", "y"]);
    const { code, stderr } = await runHere("compare", answers, model, "--data", long);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^s2s: .*model: answers none of the 2 inputs: the text has 30 tokens[^\n]*\n$/),
    });
  });

  it("measures labels by whether they are right, and models that write the same alone", async () => {
    const [classify, tag] = [join(folder, "classify"), join(folder, "tag")];
    await writeTaskBundle(classify, "classify");
    await writeTaskBundle(tag, "tag");
    const labelled = file("labels.tsv", ["abc\tnorth", "ha\teast", "gg\tsouth"]);
    const guesses = file("guesses.txt", ["north", "north", "north"]);
    for (const pair of [
      [classify, guesses],
      [guesses, classify],
      [classify, classify],
    ] as const) {
      const { stdout, stderr } = await runHere("compare", ...pair, "--data", labelled, "--json", "--samples", "10");
      expect(Object.keys(JSON.parse(stdout).metrics), stderr).toEqual(["exact"]);
    }
    expect(await runHere("compare", model, classify, "--data", labelled)).toMatchObject({
      code: 2,
      stderr: `s2s: ${model} writes texts, but ${classify} a label: compare models whose tasks write the same\n`,
    });
    expect((await runHere("compare", tag, classify, "--data", labelled)).code).toBe(2);
  });

  it.each(["forecast", "generate", "draw"] as const)(
    "says that a model for the task %s is nothing to compare, before any file is read",
    async (kind) => {
      const path = join(folder, kind);
      await writeTaskBundle(path, kind);
      expect(await runHere("compare", never, path, "--data", join(folder, "none"))).toMatchObject({
        code: 2,
        stderr: `s2s: ${path}: compare is for models that answer with texts or labels, not for the task ${kind}: measure each model with s2s evaluate\n`,
      });
    },
  );

  it("looks for images where the run has them", async () => {
    const run = join(folder, "captions");
    await writeTaskBundle(join(run, "bundle"), "caption");
    const pictures = join(folder, "pictures");
    mkdirSync(pictures);
    writeFileSync(join(pictures, "a.png"), png({ width: 8, height: 6, data: new Uint8Array(8 * 6 * 4).fill(90) }));
    writeFileSync(join(run, "config.json"), JSON.stringify({ task: "caption", data: { train: "none", images: pictures } }));
    const captions = file("captions.tsv", ["a.png\tab"]);
    const { code, stderr } = await runHere("compare", run, run, "--data", captions, "--samples", "10");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { stderr: failure } = await runHere("compare", run, run, "--data", captions, "--images", folder);
    expect(failure).toMatch(/^s2s: .*captions: answers none of the 1 input: [^\n]*\n$/);
  });

  it("counts a text that a model cannot read as answered by nothing", async () => {
    const long = file("long.tsv", [`${"a".repeat(30)}\tx`, "c\tfedcba"]);
    const { code, stdout, stderr } = await runHere("compare", model, model, "--data", long, "--metrics", "exact", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout).metrics.exact.a.score).toBe(1 / 2);
    expect(stderr).toMatch(/^s2s: .*model: 1 input not answered, which counts as empty: the text has 30 tokens[^\n]*\n$/);
  });

  it.each([
    [["--data", data, "--metrics", "blue"], /^s2s: --metrics blue: must be one of bleu, chrf, .*; did you mean bleu\?/],
    [["--data", data, "--metrics", "bleu", "--metric", "wer"], /^s2s: --metric and --metrics say the same: give one of them/],
    [["--data", data, "--test", "t"], /^s2s: --test t: must be one of bootstrap, randomization/],
    [["--data", data, "--samples", "0"], /^s2s: --samples 0: must be a whole number from 1 to 1000000/],
    [[], /^s2s: compare needs --data FILE, the examples to compare on/],
    [["--data", join(folder, "none.tsv")], /none\.tsv: does not exist: check the path/],
    [["--data", file("short.tsv", ["a\tb"])], /never\.txt: has 20 lines, but there are 1 examples: give one answer for each, a line each/],
    [["--data", file("tabless.tsv", ["a\tb", "c"])], /tabless\.tsv:2: 1 column/],
  ])("with %j is refused", async (args, message) => {
    const { code, stdout, stderr } = await runHere("compare", never, never, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it("refuses what is not there", async () => {
    expect(await runHere("compare", join(folder, "nothing"), never, "--data", data)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/nothing: no such file or folder: check the path/),
    });
    expect(await runHere("compare", folder, never, "--data", data)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("holds no model"),
    });
  });
});
