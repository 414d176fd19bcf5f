import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { load } from "@s2s/runtime";
import { writeCountdown } from "../../runtime/test/countdown.ts";
import { png } from "../../../test/support/png.ts";
import { writeTaskBundle } from "../../../test/support/task-bundles.ts";
import { runHere } from "./support/capture.ts";

const folder = mkdtempSync(join(tmpdir(), "s2s-score-"));
afterAll(() => rmSync(folder, { recursive: true }));
const [one, other] = [join(folder, "one"), join(folder, "other")];
writeCountdown(one);
// It counts in other steps, and so holds other answers probable.
writeCountdown(other, { weights: Float32Array.from({ length: 20 }, (_, id) => id * 1.1) });

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** What the model itself says. */
async function scoresOf(path: string, pairs: readonly (readonly [string, string])[]): Promise<number[]> {
  const model = await load(path, { worker: false });
  try {
    return (await model.score(pairs)).map((score) => ("error" in score ? Number.NaN : score.score));
  } finally {
    await model.dispose();
  }
}

const PAIRS = [
  ["c", "fed"],
  ["c", "fedcba"],
  ["c", "fecba"],
  ["b", "edcba"],
  ["b", "dcba"],
] as const;
const data = file("pairs.tsv", PAIRS.map((pair) => `${pair.join("\t")}\tmore\n`).join(""));
const texts = (stdout: string) => stdout.trimEnd().split("\n");

describe("score", () => {
  it("prints the model's log-probability of each answer", async () => {
    const { code, stdout, stderr } = await runHere("score", one, "--data", data);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const scores = await scoresOf(one, PAIRS);
    expect(texts(stdout)).toEqual(PAIRS.map(([source, text], i) => `${scores[i]!.toFixed(4)}\t${source}\t${text}`));
  });

  it("has each token in --json, and the sum of the runs by weights", async () => {
    const [first, second] = [await scoresOf(one, PAIRS), await scoresOf(other, PAIRS)];
    const { stdout } = await runHere("score", one, other, "--data", data, "--weights", "0.75, 2", "--json", "--batch-size", "2");
    for (const [i, line] of texts(stdout).entries()) {
      const { source, text, score, runs, ...rest } = JSON.parse(line);
      expect([source, text, rest]).toEqual([...PAIRS[i]!, {}]);
      expect(score).toBeCloseTo(0.75 * first[i]! + 2 * second[i]!, 5);
      expect(runs.map(({ run }: { run: string }) => run)).toEqual([one, other]);
      expect(runs[0].tokens.map(({ token }: { token: string }) => token)).toEqual([...text, "</s>"]);
    }
    const mean = JSON.parse(texts((await runHere("score", one, other, "--data", data, "--json")).stdout)[0]!);
    expect(mean.score).toBeCloseTo((first[0]! + second[0]!) / 2, 5);
  });

  it("puts the answers to each source in order", async () => {
    const scores = await scoresOf(one, PAIRS);
    const { stdout } = await runHere("score", one, "--data", data, "--n-best", "2");
    const order = [[0, 1, 2].toSorted((a, b) => scores[b]! - scores[a]!).slice(0, 2), [3, 4].toSorted((a, b) => scores[b]! - scores[a]!)];
    const expected = order.flatMap((list) => list.map((i, rank) => `${rank + 1}\t${scores[i]!.toFixed(4)}\t${PAIRS[i]![1]}`));
    expect(texts(stdout)).toEqual(expected);
    expect((await runHere("score", one, "--data", data, "--n-best", "1")).stdout).toBe("fedcba\nedcba\n");
    const best = texts((await runHere("score", one, "--data", data, "--n-best", "1", "--json")).stdout).map((line) => JSON.parse(line));
    expect(best).toMatchObject([
      { source: "c", text: "fedcba", rank: 1 },
      { source: "b", text: "edcba", rank: 1 },
    ]);
  });

  it("orders lists of translate --n-best, with their own scores among the others", async () => {
    const sources = file("sources.txt", "c\nb\n");
    const search = ["--beams", "4", "--n-best", "4"];
    const printed = [await runHere("translate", one, "c", ...search), await runHere("translate", one, "b", ...search)];
    const lists = file("lists.tsv", printed.map(({ stdout }) => stdout).join(""));
    const again = await runHere("score", one, "--sources", sources, "--data", lists);
    // The scores are those that the search found.
    expect(texts(again.stdout).map((line) => line.split("\t")[0])).toEqual(
      texts(printed.map(({ stdout }) => stdout).join("")).map((line) => line.split("\t")[1]),
    );
    const by = async (...weights: string[]) =>
      (await runHere("score", one, "--sources", sources, "--data", lists, "--n-best", "1", ...weights)).stdout;
    expect(await by()).toBe("fedcba\nedcba\n");
    // Scores turned around: with weight enough they decide.
    const turned = file("turned.tsv", "1\t-9\tfedcba\n2\t-1\tfe\n\n");
    const scoreTurned = (...weights: string[]) =>
      runHere("score", one, "--sources", sources, "--data", turned, "--n-best", "1", ...weights);
    expect((await scoreTurned()).stdout).toBe("fedcba\n\n");
    expect((await scoreTurned("--list-weight", "1000")).stdout).toBe("fe\n\n");
    expect((await scoreTurned("--weights", "0", "--list-weight", "1")).stdout).toBe("fe\n\n");
  });

  it("keeps the places of sources that a model cannot read", async () => {
    const long = file("long.tsv", `c\tfedcba\n${"a".repeat(30)}\ta\n${"a".repeat(30)}\tb\nb\tedcba\n`);
    const { code, stdout, stderr } = await runHere("score", one, "--data", long);
    expect(code).toBe(2);
    expect(stdout.split("\n").map((line) => line.split("\t").at(-1))).toEqual(["fedcba", "", "", "edcba", ""]);
    expect(stderr).toMatch(/^s2s: .*long\.tsv:2: the text has 30 tokens and this model reads at most 7/);
    expect((await runHere("score", one, "--data", long, "--n-best", "1")).stdout).toBe("fedcba\n\nedcba\n");
    expect((await runHere("score", one, "--data", long, "--json")).stdout.split("\n")[1]).toMatch(
      /^\{"source":"a+","error":"the text has 30/,
    );
  });

  it.each([
    ["1\t-0.0980\tfed\n2\t-2.9793\tfe\n", [], /bad\.tsv:2: looks like an n-best list of s2s translate: give .* with --sources FILE\n$/],
    ["c\tfed\nno tab\n", [], /bad\.tsv:2: has no tab: each line is a source, a tab and an answer to score\n$/],
    ["c\tfed\n", ["--weights", "1,2"], /^s2s: --weights has 2 numbers for 1 run: give one for each\n$/],
    ["c\tfed\n", ["--weights", "x"], /^s2s: --weights x: must be a number from 0 to 1000000/],
    ["c\tfed\n", ["--list-weight", "1"], /^s2s: --list-weight counts the scores of n-best lists: give their --sources FILE too/],
    ["1\t-1\tfed\n", ["--sources", "two"], /two\.txt:2: has no list of answers: give as many lists as sources/],
    ["1\t-1\ta\n1\t-1\tb\n1\t-1\tc\n", ["--sources", "two"], /bad\.tsv:3: begins a list, but there is no source for it/],
    ["2\t-1\ta\n", ["--sources", "two"], /bad\.tsv:1: has rank 2, but 0 come before it/],
    ["1\t-1\ta\n3\t-1\tb\n", ["--sources", "two"], /bad\.tsv:2: has rank 3, but 1 come before it/],
    ["1\tfed\n", ["--sources", "two"], /bad\.tsv:1: is no line of an n-best list/],
    ["1\tx\tfed\n", ["--sources", "two"], /bad\.tsv:1: is no line of an n-best list/],
  ])("of %j with %j is refused", async (text, options, message) => {
    const bad = file("bad.tsv", text);
    const two = file("two.txt", "c\nb\n");
    const { code, stderr } = await runHere("score", one, "--data", bad, ...options.map((option) => (option === "two" ? two : option)));
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it("says where bytes are no text, and which file is missing", async () => {
    const path = join(folder, "bytes.tsv");
    writeFileSync(path, Uint8Array.of(0x63, 0x09, 0x66, 0x0a, 0xff, 0x09, 0x0a));
    expect(await runHere("score", one, "--data", path)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/bytes\.tsv:2: is not valid UTF-8/),
    });
    expect(await runHere("score", one, "--data", join(folder, "none.tsv"))).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/none\.tsv: no such file or folder/),
    });
  });
});

it("finds images in their folder, and reports those that it cannot read in their places", async () => {
  const run = join(folder, "caption");
  await writeTaskBundle(run, "caption");
  writeFileSync(join(folder, "a.png"), png({ width: 8, height: 6, data: new Uint8Array(8 * 6 * 4).fill(200) }));
  const captions = file("captions.tsv", "none.png\tab\na.png\tab\n");
  const { code, stdout, stderr } = await runHere("score", run, "--data", captions, "--images", folder);
  expect(code).toBe(2);
  expect(stdout).toMatch(/^\n-\d+\.\d{4}\ta\.png\tab\n$/);
  expect(stderr).toMatch(/^s2s: \S+captions\.tsv:1: .*none\.png: is missing\n$/);
  expect((await runHere("score", run, "--data", captions)).stdout).toBe(stdout);
  expect((await runHere("score", one, "--data", data, "--images", folder)).stderr).toBe(
    "s2s: --images is for models that take images: leave it out\n",
  );
});
