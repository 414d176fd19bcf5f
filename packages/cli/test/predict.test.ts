import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTaskBundle } from "../../../test/support/task-bundles.ts";
import { runHere, runWith } from "./support/capture.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "s2s-predict-"));
  for (const kind of ["classify", "tag", "forecast", "draw", "vector", "frames", "caption", "generate", "translate"] as const)
    await writeTaskBundle(join(root, kind), kind);
});
afterAll(() => rm(root, { recursive: true }));
const predict = (kind: string, ...args: string[]) => runHere("predict", join(root, kind), ...args);

describe("predict", () => {
  it("prints a class and its probability, or the most probable ones", async () => {
    const { stdout, code } = await predict("classify", "abc");
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^(north|east|south|west)\t0\.\d{4}\n$/)]);
    const listed = (await predict("classify", "abc", "--top-k", "2")).stdout.trimEnd().split("\n");
    expect(listed).toEqual([expect.stringMatching(/^1\t0\.\d{4}\t\w+$/), expect.stringMatching(/^2\t0\.\d{4}\t\w+$/)]);
    expect(listed[0]!.split("\t").toReversed().slice(0, 2).join("\t")).toBe(stdout.trimEnd());
    const { labels } = JSON.parse((await predict("classify", "abc", "--json")).stdout);
    expect(labels).toHaveLength(4);
  });

  it("keeps a line for what cannot be answered, says why and ends with 2", async () => {
    const { code, stdout, stderr } = await predict("classify", "a", "", "b");
    expect(code).toBe(2);
    expect(stdout.split("\n")).toHaveLength(4);
    expect(stdout.split("\n")[1]).toBe("");
    expect(stderr).toBe("s2s: input 2: the text has no token; leave it out\n");
    expect(JSON.parse((await predict("classify", "", "--json")).stdout)).toEqual({
      input: 1,
      error: "the text has no token; leave it out",
    });
  });

  it("prints labels of a text, and how a text goes on", async () => {
    expect((await predict("tag", "one two six")).stdout).toMatch(/^(\w+ ){2}\w+\n$/);
    expect((await predict("generate", "ab", "--max-length", "4")).stdout).toMatch(/^ab/);
    expect((await predict("translate", "one two", "--ensemble", join(root, "translate"))).stdout).toBe(
      (await predict("translate", "one two")).stdout,
    );
    expect(await predict("generate", "ab", "--replace-unknown")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^s2s: --replace-unknown takes words/),
    });
  });

  it("says how many answers were cut off", async () => {
    const { code, stderr } = await predict("generate", "ab", "a", "--max-length", "3");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "s2s: 2 answers cut off at 3 tokens\n" });
    expect((await predict("generate", "ab", "--max-length", "3", "--json")).stderr).toBe("");
  });

  it("forecasts from the last rows of a CSV file, by the names of its columns", async () => {
    const file = join(root, "series.csv");
    const rows = Array.from({ length: 7 }, (_, i) => `2026-01-0${i + 1},${i % 3},${40 + i}`);
    await writeFile(file, `date,wind,pm\n${rows.join("\n")}\n`);
    const { stdout } = await predict("forecast", file);
    expect(stdout).toMatch(/^pm\n(-?[\d.]+\n){3}$/);
    const { steps } = JSON.parse((await predict("forecast", file, "--json")).stdout);
    expect(steps.map(({ pm }: { pm: number }) => String(pm))).toEqual(stdout.trimEnd().split("\n").slice(1));
    const input = await readFile(file, "utf8");
    expect((await runWith(input, "predict", join(root, "forecast"), "-")).stdout).toBe(stdout);
    const known = input.trimEnd().split("\n");
    await writeFile(file, `${known.join("\n")}\n2026-01-08,0,1\n2026-01-09,0,2\n2026-01-10,0,3\n`);
    const held = JSON.parse((await predict("forecast", file, "--hold-back", "--json")).stdout);
    expect(held).toEqual({ history: [42, 43, 44, 45, 46].map((pm) => ({ pm })), steps, truth: [1, 2, 3].map((pm) => ({ pm })) });
    expect((await predict("forecast", file, "--hold-back")).stdout).toBe(stdout);
    expect((await predict("classify", "a", "--hold-back")).stderr).toBe("s2s: --hold-back is for models of series: leave it out\n");
    await writeFile(file, "date,pm\n1,2\n");
    expect(await predict("forecast", file)).toMatchObject({
      code: 2,
      stderr: `s2s: input 1: ${file}: has no column wind; it has date, pm\n`,
    });
    await writeFile(file, `wind,pm\n${"1,2\n".repeat(4)}1,\n`);
    const gap = `${file}:6: pm is missing: fill it in, the last 5 rows are looked at`;
    expect(await predict("forecast", file)).toMatchObject({ code: 2, stderr: `s2s: input 1: ${gap}\n` });
    await writeFile(file, `wind,pm\n1,few\n${"1,2\n".repeat(5)}`);
    expect(await predict("forecast", file)).toMatchObject({ code: 0, stderr: "" });
    expect((await predict("forecast", join(root, "none.csv"))).stderr).toMatch(
      /none\.csv: does not exist: check the path, or give - and the CSV on standard input\n$/,
    );
  });

  it("takes numbers as JSON, by themselves or as a line of training data", async () => {
    const { stdout } = await predict("vector", "[1,0,2,0,1]", '{"source":[1,0,2,0,1],"target":"a"}');
    const [first, second] = stdout.split("\n");
    expect(first).toBe(second);
    expect((await predict("vector", "[1,2]", "x", "5")).stderr.split("\n")).toEqual([
      expect.stringMatching(/^s2s: input 1: the input has 2 numbers, but this model takes 5/),
      expect.stringMatching(/^s2s: input 2: is not JSON/),
      expect.stringMatching(/^s2s: input 3: the input is no list of numbers/),
      "",
    ]);
    const file = join(root, "vectors.jsonl");
    await writeFile(file, "[1,0,2,0,1]\n");
    expect((await predict("vector", file)).stderr).toBe(
      `s2s: input 1: is the name of a file: give what stands in it, a line each, as in < ${file}\n`,
    );
  });

  it("draws into a file", async () => {
    const out = join(root, "drawing.svg");
    const { stdout, code } = await predict("draw", "--out", out, "--seed", "3", "--max-length", "9");
    expect(code).toBe(0);
    expect(stdout.replace(out, "FILE")).toMatch(/^FILE: [1-9] points?\n$/);
    const svg = await readFile(out, "utf8");
    expect(svg).toMatch(/^<svg .*<\/svg>\n$/);
    expect((await predict("draw", "--seed", "3", "--max-length", "9")).stdout).toBe(svg);
    const png = join(root, "made", "drawing.png");
    expect(await predict("draw", "--out", png, "--seed", "3", "--max-length", "9")).toMatchObject({ code: 0, stderr: "" });
    expect((await readFile(png)).subarray(1, 4).toString()).toBe("PNG");
    expect((await predict("draw", "--out", "drawing.pdf")).stderr).toBe("s2s: --out drawing.pdf: the name must end in .svg or .png\n");
    expect((await predict("classify", "a", "--out", out)).stderr).toBe("s2s: --out is for models that draw; redirect the output instead\n");
    expect((await predict("draw", "", "", "--out", out)).stderr).toBe("s2s: --out holds one drawing: give one input\n");
  });

  it("draws where a model looked, in sources of any kind", async () => {
    const map = join(root, "map.svg");
    const film = JSON.stringify(
      [0, 1].map((t) =>
        [0, 1, 2].map((c) => Array.from({ length: 6 }, (_, y) => Array.from({ length: 8 }, (__, x) => (x + y + c + t) % 2))),
      ),
    );
    const { text, source, target, attention } = JSON.parse((await predict("frames", film, "--attention", map, "--json")).stdout);
    expect((await predict("frames", film)).stdout).toBe(`${text}\n`);
    expect(source).toEqual(["1", "2"]);
    expect(attention).toHaveLength(target.length);
    for (const row of attention) expect(row[0] + row[1]).toBeCloseTo(1, 5);
    expect(await readFile(map, "utf8")).toMatch(/^<svg .*Attention.*<\/svg>\s*$/s);
    const words = JSON.parse((await predict("translate", "one two", "--attention", map, "--json")).stdout);
    expect(words.source).toEqual(["one", "two", "</s>"]);
    expect(await predict("vector", "[1,0,2,0,1]", "--attention", map)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("attention"),
    });
    expect((await predict("frames", film, film, "--attention", map)).stderr).toMatch(
      /^s2s: --attention draws what was looked at in one source, and 2/,
    );
  });
});
