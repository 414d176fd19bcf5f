import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeImage } from "@s2s/runtime";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { writeTaskBundle } from "../../../test/support/task-bundles.ts";
import { linearScale, logScale } from "../src/plots/scale.ts";
import { penLines } from "../src/plots/strokes.ts";
import { runHere } from "./support/capture.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "s2s-plots-"))));
afterAll(() => rm(folder, { recursive: true }));

async function put(name: string, value: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof value === "string" ? value : JSON.stringify(value));
  return path;
}
/** The picture of an input, which must be well-formed: every element that is opened is closed, in order. */
async function svg(input: string, ...options: string[]): Promise<string> {
  const out = join(folder, "out.svg");
  expect(await runHere("plot", input, "--out", out, ...options)).toMatchObject({ code: 0, stderr: "" });
  const text = await readFile(out, "utf8");
  const open: string[] = [];
  for (const [, close, name = "", empty] of text.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
    if (close === "/") expect(open.pop()).toBe(name);
    else if (empty !== "/") open.push(name);
  }
  expect(open).toEqual([]);
  expect(text).not.toMatch(/NaN|Infinity|undefined/);
  return text;
}
const count = (text: string, pattern: RegExp): number => (text.match(pattern) ?? []).length;
const texts = (picture: string): string[] => [...picture.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = ""]) => text);
async function failure(input: string, ...options: string[]): Promise<string> {
  const { code, stderr } = await runHere("plot", input, ...options);
  expect(code).toBe(2);
  expect(stderr.trimEnd()).not.toContain("\n");
  return stderr;
}

describe("scales", () => {
  const bounds = fc
    .tuple(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), fc.double({ min: 1e-6, max: 1e6, noNaN: true }))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
    .filter(([low, high]) => high - low > 1e-9 * high);

  it("lead from one end to the other, with round marks between", () => {
    fc.assert(
      fc.property(bounds, fc.boolean(), ([low, high], log) => {
        const { at, ticks } = (log ? logScale : linearScale)(low, high, 300, 20);
        expect(at(low)).toBeCloseTo(300, 6);
        expect(at(high)).toBeCloseTo(20, 6);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(14);
        for (const [i, { value }] of ticks.entries()) {
          expect(at(value)).toBeGreaterThan(19.99);
          expect(at(value)).toBeLessThan(300.01);
          if (i > 0) expect(value).toBeGreaterThan(ticks[i - 1]!.value);
        }
        if (!log) expect(new Set(ticks.map(({ text }) => text)).size).toBe(ticks.length);
      }),
    );
  });

  it("have marks as a person would set them", () => {
    expect(linearScale(0, 1, 0, 1).ticks.map(({ text }) => text)).toEqual(["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
    expect(linearScale(-47, 24, 0, 1).ticks.map(({ text }) => text)).toEqual(["-40", "-20", "0", "20"]);
    expect(logScale(0.3, 3, 0, 1).ticks.map(({ text }) => text)).toEqual(["0.5", "1", "2"]);
    expect(linearScale(5, 5, 0, 100).at(5)).toBe(50);
  });
});

describe("s2s plot", () => {
  it("draws a run's losses and figures", async () => {
    const run = join(folder, "run");
    await mkdir(run);
    await put("run/config.json", "{}");
    const training = [10, 20, 30].map((step) => ({
      kind: "training",
      epoch: 1,
      step,
      loss: 30 / step,
      learningRate: 1,
      gradientNorm: 1,
      seconds: 1,
    }));
    const validation = [20, 30].map((step) => ({
      kind: "validation",
      epoch: step / 10,
      step,
      trainingLoss: 2,
      loss: 1.5,
      tokenAccuracy: 0.5,
      rmse: 12,
      seconds: 1,
    }));
    await put("run/metrics.jsonl", [...training, ...validation].map((line) => JSON.stringify(line)).join("\n"));
    const picture = await svg(run);
    expect(texts(picture)).toEqual(
      expect.arrayContaining(["loss", "training", "training, by epoch", "validation", "token accuracy", "rmse"]),
    );
    expect(count(picture, /<polyline/g)).toBe(5);
    // A logarithmic axis has 3 and 1 farther apart than 3 and 1.5 by log 3 / log 2; places are rounded to hundredths.
    const places = (text: string): number[] =>
      /<polyline points="([^"]*)"/
        .exec(text)![1]!
        .split(" ")
        .map((point) => Number(point.split(",")[1]));
    const [first = 0, second = 0, third = 0] = places(await svg(run, "--log"));
    expect((third - first) / (second - first)).toBeCloseTo(Math.log(3) / Math.log(2), 2);
    const [a = 0, b = 0, c = 0] = places(picture);
    expect((c - a) / (b - a)).toBeCloseTo(2 / 1.5, 2);
  });

  it("draws attention with the tokens' names, whatever they are", async () => {
    const input = await put("attention.json", {
      source: ["a", "<&>", " "],
      target: ["x", '"\u0000'],
      attention: [
        [1, 0, 0],
        [0, 0.5, 0.5],
      ],
    });
    const picture = await svg(input);
    expect(texts(picture)).toEqual(expect.arrayContaining(["&lt;&amp;&gt;", "\u2423", "&quot;\uFFFD"]));
    expect(count(picture, /<rect [^>]*fill="#08306b"/g)).toBe(1);
  });

  it("draws everything as a PNG too, labels in the letters of whatever script", async () => {
    const input = {
      labels: ["en", "fr"],
      confusion: [
        [5, 0],
        [40, 40],
      ],
    };
    const image = async (value: unknown) => {
      const out = join(folder, "out.png");
      expect(await runHere("plot", await put("png.json", value), "--out", out)).toMatchObject({ code: 0, stderr: "" });
      return decodeImage(await readFile(out), out);
    };
    const { width, height, data } = await image(input);
    const [, w, h] = /width="(\d+)" height="(\d+)"/.exec(await svg(await put("svg.json", input)))!;
    expect([width, height]).toEqual([2 * Number(w), 2 * Number(h)]);
    const colors = new Set(new Uint32Array(data.buffer, data.byteOffset, width * height));
    // White, and the cells that are wholly and half taken: 0x08306b and 0x8498b5 as little-endian ABGR.
    for (const color of [0xffffffff, 0xff6b3008, 0xffb59884]) expect(colors).toContain(color);
    // Letters that are not Latin are drawn where Latin ones are: a machine without any font draws neither.
    const changes = async (...labels: string[]): Promise<boolean> =>
      !Buffer.from(data).equals(Buffer.from((await image({ ...input, labels })).data));
    expect(await changes("ελ", "ру")).toBe(await changes("xy", "zw"));
    expect((await image({ history: [1, 2], forecast: [3] })).width).toBeGreaterThan(1000);
    expect(
      (
        await image({
          strokes: [
            [0, 0, 0],
            [9, 9, 1],
          ],
        })
      ).width,
    ).toBeGreaterThan(100);
  });

  it("says what is missing where PNG cannot be drawn", async () => {
    vi.doMock("@resvg/resvg-js", () => {
      throw new Error("no binding for this machine");
    });
    const input = await put("m.json", { source: ["a"], target: ["b"], attention: [[1]] });
    expect(await failure(input, "--out", join(folder, "x.png"))).toMatch(
      /x\.png: PNG needs the package @resvg\/resvg-js, .* choose a name that ends in \.svg$/m,
    );
    vi.doUnmock("@resvg/resvg-js");
  });

  it("draws a confusion matrix with its counts, shaded by row", async () => {
    const picture = await svg(
      await put("confusion.json", {
        labels: ["en", "fr"],
        confusion: [
          [5, 0],
          [40, 40],
        ],
      }),
    );
    expect(texts(picture)).toEqual(expect.arrayContaining(["5", "0", "40", "en", "fr"]));
    expect(count(picture, /fill="#08306b"/g)).toBe(1);
  });

  it("draws a forecast, its truth and baselines from the last known value on", async () => {
    const picture = await svg(
      await put("forecast.json", { name: "PM2.5", history: [1, 2, 3], forecast: [4, 5], truth: [3, 3], baselines: { naive: [3, 3] } }),
    );
    const lines = [...picture.matchAll(/<polyline points="([^"]*)"/g)].map(([, points = ""]) => points.split(" "));
    expect(lines.map((points) => points.length)).toEqual([3, 5, 3]);
    expect(lines[0]![0]).toBe(lines[1]![2]);
    expect(texts(picture)).toEqual(expect.arrayContaining(["PM2.5", "forecast", "truth", "naive"]));
  });

  it("draws strokes, one drawing a line, as many as are asked for", async () => {
    const strokes = [
      [1, 1, 0],
      [2, 0, 1],
      [0, 5, 0],
      [1, 0, 1],
      [3, 3, 1],
    ] as const;
    expect(penLines({ strokes })).toEqual([
      [
        [1, 1],
        [3, 1],
      ],
      [
        [3, 6],
        [4, 6],
      ],
      [[7, 9]],
    ]);
    const input = await put("drawings.jsonl", `${JSON.stringify({ text: "a", strokes })}\n`.repeat(3));
    expect(count(await svg(input), /<polyline/g)).toBe(9);
    expect(count(await svg(input, "--limit", "2"), /<polyline/g)).toBe(6);
    expect(count(await svg(await put("one.json", { strokes })), /<polyline/g)).toBe(3);
  });

  it("says what it cannot draw", async () => {
    const out = join(folder, "x.svg");
    const matrix = await put("m.json", { source: ["a"], target: ["b"], attention: [[1]] });
    expect(await failure(matrix)).toContain("plot needs --out FILE");
    expect(await failure(matrix, "--out", join(folder, "x.gif"))).toContain("the name must end in .svg or .png");
    expect(await failure(matrix, "--out", out, "--log")).toContain("--log is for training curves");
    expect(await failure(matrix, "--out", out, "--limit", "2")).toContain("--limit is for drawings");
    expect(await failure(join(folder, "none"), "--out", out)).toContain("none: does not exist");
    expect(await failure(folder, "--out", out)).toContain("is a folder without a run");
    expect(await failure(await put("t.txt", "hello"), "--out", out)).toContain("t.txt: is not valid JSON");
    expect(await failure(await put("e.json", {}), "--out", out)).toContain("e.json: is nothing that can be drawn");
    expect(await failure(await put("r.json", { source: ["a"], target: ["b"], attention: [[1, 2]] }), "--out", out)).toContain(
      "must have 1 rows of 1 numbers",
    );
    expect(await failure(await put("w.json", { labels: ["a"], confusion: [["x"]] }), "--out", out)).toContain("w.json: confusion.0.0: ");
    expect(await failure(await put("l.jsonl", '{"strokes": [[1, 2, 0]]}\n{"strokes": 1}\n'), "--out", out)).toContain(
      "l.jsonl:2: strokes: ",
    );
  });
});

describe("what other commands print is drawn", () => {
  const printed = async (name: string, ...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runHere(...args, "--json");
    expect(code, stderr).toBe(0);
    return put(name, stdout);
  };

  it.each(["classify", "tag"] as const)("evaluate's confusion matrix: %s", async (kind) => {
    const model = join(folder, kind);
    await writeTaskBundle(model, kind);
    const data = await put(`${kind}.tsv`, kind === "tag" ? "one two\tnorth east\nthree\twest\n" : "abc\tnorth\nha\teast\ngg\tsouth\n");
    const picture = await svg(await printed(`${kind}.json`, "evaluate", model, "--data", data));
    expect(texts(picture)).toEqual(expect.arrayContaining(["Confusion matrix", "north", "east", "west"]));
  });

  it("predict's forecast, with what was known and what came", async () => {
    const model = join(folder, "forecast");
    await writeTaskBundle(model, "forecast");
    const rows = Array.from({ length: 9 }, (_, i) => `${40 + i},${i % 4}`);
    const path = await printed("forecast.json", "predict", model, await put("rows.csv", ["pm,wind", ...rows].join("\n")));
    const answer = JSON.parse(await readFile(path, "utf8"));
    expect(answer.history).toEqual([44, 45, 46, 47, 48].map((pm) => ({ pm })));
    expect(answer.steps).toHaveLength(3);
    expect(texts(await svg(path))).toEqual(expect.arrayContaining(["pm", "forecast", "history"]));
    const came = await put("came.json", { ...answer, truth: [{ pm: 49 }, { pm: 50 }, { pm: 51 }] });
    expect(texts(await svg(came))).toEqual(expect.arrayContaining(["pm", "forecast", "truth"]));
    expect(await failure(await put("bad.json", { ...answer, history: [{ pm: "x" }] }), "--out", "x.svg")).toMatch(
      /bad\.json: history\.0\.pm: /,
    );
  });

  it("translate's attention, as translate draws it", async () => {
    const model = join(folder, "translate");
    await writeTaskBundle(model, "translate");
    const map = join(folder, "map.svg");
    const path = await printed("map.json", "translate", model, "one zwölf three", "--attention", map, "--max-length", "4");
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ source: ["one", "zwölf", "three", "</s>"], text: expect.any(String) });
    expect(await svg(path)).toBe(await readFile(map, "utf8"));
  });
});
