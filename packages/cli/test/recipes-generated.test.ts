import { refuseIdleKeys, resolveConfig } from "@s2s/trainer";
import { describe, expect, it, vi } from "vitest";
import type * as generated from "../src/recipes/generated.ts";
import { RECIPES } from "../src/recipes/index.ts";
import type { RecipeFile } from "../src/recipes/recipe.ts";
import { printed } from "./support/small-python.ts";

// Full sizes take a minute. What is drawn for the n-th example does not depend on how many there are.
vi.mock("../src/recipes/generated.ts", async (original) => {
  const real = await original<typeof generated>();
  const fewer = ({ train, valid, test }: generated.Sizes) => ({
    train: Math.min(train, 1500),
    valid: Math.min(valid, 50),
    test: Math.min(test, 100),
  });
  return {
    ...real,
    generatedFiles: (sizes: generated.Sizes, ...rest: [generated.DrawExample, string?]) => real.generatedFiles(fewer(sizes), ...rest),
  };
});

const GENERATED = Object.entries(RECIPES).flatMap(([name, { data }]) => (data === undefined ? [name] : []));

const cache = new Map<string, RecipeFile[]>();
async function make(name: string, seed = 1): Promise<RecipeFile[]> {
  const key = `${name} ${seed}`;
  const files = cache.get(key) ?? (await RECIPES[name]!.make({ seed, data: "", split: "" }));
  cache.set(key, files);
  return files;
}
async function lines(name: string, part: "train" | "valid" | "test" = "train"): Promise<string[]> {
  const file = (await make(name)).find((each) => each.name.startsWith(`${part}.`));
  return String(file?.content).trimEnd().split("\n");
}
async function pairs(name: string, part?: "train" | "valid" | "test"): Promise<string[][]> {
  return (await lines(name, part)).map((line) => line.split("\t"));
}

describe.each(GENERATED)("%s", (name) => {
  it("has a line for each example, none of them twice, and a configuration that names its files", async () => {
    const files = await make(name);
    const all: string[] = [];
    for (const { content, examples } of files.slice(0, 3)) {
      const text = String(content);
      expect(text.endsWith("\n")).toBe(true);
      const found = text.trimEnd().split("\n");
      expect(found).toHaveLength(examples!);
      for (const line of found) all.push(line.startsWith("{") ? line : line.split("\t")[0]!);
    }
    expect(new Set(all).size).toBe(all.length);
    const input = JSON.parse(String(files.at(-1)?.content));
    const config = resolveConfig(input, "the recipe");
    refuseIdleKeys(input, config, () => "the recipe");
    expect([config.data.train, config.data.valid]).toEqual(files.slice(0, 2).map((file) => file.name));
  });

  it("is a function of the seed", async () => {
    const contents = async (seed: number): Promise<unknown[]> => {
      const files = await RECIPES[name]!.make({ seed, data: "", split: "" });
      return files.slice(0, 3).map(({ content }) => content);
    };
    const first = (await make(name)).slice(0, 3).map(({ content }) => content);
    expect(await contents(1)).toEqual(first);
    for (const [i, content] of (await contents(2)).entries()) expect(content).not.toBe(first[i]);
  });
});

describe("what the examples say", () => {
  it("reverse: numbers from the end, at most 25 in training and 30 elsewhere", async () => {
    for (const part of ["train", "test"] as const) {
      const longest = part === "train" ? 25 : 30;
      const lengths = (await pairs("reverse", part)).map(([source = "", target = ""]) => {
        const numbers = source.split(" ");
        expect(target.split(" ").toReversed()).toEqual(numbers);
        for (const number of numbers) expect(Number(number) >= 0 && Number(number) < 50).toBe(true);
        return numbers.length;
      });
      expect(Math.max(...lengths)).toBe(longest);
    }
  });

  it("addition and learning-to-execute: sums; the third column is the digits", async () => {
    for (const [source = "", target] of await pairs("addition")) {
      const [a, b] = source.split("+").map(Number);
      expect(a! < 1000 && b! < 1000 && String(a! + b!) === target).toBe(true);
    }
    const held = (await pairs("addition", "test")).filter(([source = ""]) => source.length === 3).length;
    const trained = (await pairs("addition", "train")).filter(([source = ""]) => source.length === 3).length;
    expect(trained).toBeGreaterThan(5 * held);
    const digits = new Set<string>();
    for (const [source = "", target, difficulty] of await pairs("learning-to-execute")) {
      const [, a = "", b = ""] = /^print\((\d+)\+(\d+)\)$/.exec(source) ?? [];
      expect([a.length, b.length, String(Number(a) + Number(b))]).toEqual([Number(difficulty), Number(difficulty), target]);
      digits.add(difficulty!);
    }
    expect([...digits].toSorted()).toEqual(["1", "2", "3", "4"]);
    for (const [, , difficulty] of await pairs("learning-to-execute", "test")) expect(difficulty).toBe("4");
  });

  it("programs: what an interpreter prints, with all kinds of statement", async () => {
    const programs = await pairs("programs");
    for (const [source = "", output] of programs) expect(`${source} prints ${printed(source)}`).toBe(`${source} prints ${output}`);
    for (const kind of [/for x in range/, /if .* else/, /\*/, /-/, /^[a-j]=/])
      expect(programs.some(([source = ""]) => kind.test(source))).toBe(true);
  });

  it("summary: every name and number of the headline stands in the article", async () => {
    const own = new Set("opens million in beat to damages homes of resigns after years".split(" "));
    for (const [article = "", headline = ""] of await pairs("summary")) {
      const words = new Set(article.split(" "));
      for (const word of headline.split(" ")) expect(own.has(word) || words.has(word)).toBe(true);
    }
  });

  it("tag: a tag for each word, and words that have two", async () => {
    const tags = new Map<string, Set<string>>();
    for (const [source = "", target = ""] of await pairs("tag")) {
      const [words, labels] = [source.split(" "), target.split(" ")];
      expect(labels).toHaveLength(words.length);
      for (const [i, word] of words.entries()) tags.set(word, (tags.get(word) ?? new Set()).add(labels[i]!));
    }
    expect([...tags].filter(([, all]) => all.size > 1).map(([word]) => word)).toContain("plant");
    expect(tags.get("can")).toEqual(new Set(["AUX", "NOUN", "VERB"]));
  });

  it("next: strings of the grammar, as a regular expression has it, with the same letter second and last but one", async () => {
    const reber = "B(?:(?:TS*X|PT*VP)(?:XT*VP)*(?:S|XT*VV)|PT*VV)E";
    for (const text of await lines("next")) expect(text).toMatch(new RegExp(`^B([TP])${reber}\\1E$`));
  });

  it("generate: verbs that agree", async () => {
    for (const text of await lines("generate")) {
      expect(text).toMatch(/ \.$/);
      const [, several, one] =
        / (?:(cats|dogs|birds|sailors|doctors|children|farmers|kings|spiders|robots)|(?:\w+))(?: (?:near|behind|under|beside) the \w+)? (sleep|sing|wait|dance|work)s? /.exec(
          text,
        ) ?? [];
      if (one !== undefined) expect(text.includes(`${one}s`)).toBe(several === undefined);
      expect(text).not.toMatch(/ a [aeiou]/);
    }
  });
});

describe("numbers", () => {
  const json = async <T>(name: string): Promise<T[]> => (await lines(name)).slice(0, 200).map((line) => JSON.parse(line) as T);

  it("video: the shape moves where the text says", async () => {
    for (const { source, target } of await json<{ source: number[][][][]; target: string }>("video")) {
      const centre = (frame: number[][][]): [number, number] => {
        const bright = frame[0]!.flatMap((row, y) => row.flatMap((value, x) => (value > 0.35 ? [[x, y] as const] : [])));
        return [bright.reduce((sum, [x]) => sum + x, 0) / bright.length, bright.reduce((sum, [, y]) => sum + y, 0) / bright.length];
      };
      for (const frame of source) expect([frame.length, frame[0]?.length, frame[0]?.[0]?.length]).toEqual([1, 16, 16]);
      expect(source.flat(3).every((value) => value >= 0 && value <= 1)).toBe(true);
      const [[fromX, fromY], [toX, toY]] = [centre(source[0]!), centre(source.at(-1)!)];
      if (target.includes("left")) expect(toX).toBeLessThan(fromX);
      if (target.includes("right")) expect(toX).toBeGreaterThan(fromX);
      if (target.includes("up")) expect(toY).toBeLessThan(fromY);
      if (target.includes("down")) expect(toY).toBeGreaterThan(fromY);
    }
  });

  it("spoken-digits: frames of 16 bands, more of them for more words", async () => {
    const utterances = await json<{ source: number[][]; target: string }>("spoken-digits");
    const lengths = (words: number): number[] =>
      utterances.filter(({ target }) => target.split(" ").length === words).map(({ source }) => source.length);
    for (const { source } of utterances) expect(source.every((frame) => frame.length === 16 && frame.every(Number.isFinite))).toBe(true);
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(lengths(4))).toBeGreaterThan(3 * mean(lengths(1)));
  });

  it("draw and sketch: the pen stays on the paper and is lifted at the end", async () => {
    for (const name of ["draw", "sketch"]) {
      for (const { text, strokes } of await json<{ text?: string; strokes: [number, number, number][] }>(name)) {
        expect(text === undefined).toBe(name === "sketch");
        expect(strokes.at(-1)![2]).toBe(1);
        expect(strokes.length).toBeLessThan(150);
        let [x, y] = [0, 0];
        for (const [dx, dy, lifted] of strokes) {
          [x, y] = [x + dx, y + dy];
          expect(Math.abs(x) < 8 && Math.abs(y) < 3 && (lifted === 0 || lifted === 1)).toBe(true);
        }
      }
    }
  });
});
