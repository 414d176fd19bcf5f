import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@s2s/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConfigInput } from "../src/config.ts";
import type { PairedExamples } from "../src/data/paired-examples.ts";
import { resolveConfig } from "../src/load-config.ts";
import { taskOf } from "../src/tasks/index.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "s2s-hold-out-"))));
afterAll(() => rm(folder, { recursive: true }));

type Task = NonNullable<ConfigInput["task"]>;
async function load(task: Task, lines: readonly string[], data: ConfigInput["data"] = {}) {
  const train = join(folder, "train.txt");
  await writeFile(train, lines.map((line) => `${line}\n`).join(""));
  return taskOf(task).load(resolveConfig({ task, data: { train, validFraction: 0.5, ...data } }, "test"));
}
const sourcesOf = (examples: unknown): string[] => {
  const paired = examples as PairedExamples;
  return Array.from({ length: paired.count }, (_, i) => JSON.stringify(paired.sourceOf(i)));
};
const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

describe("validSplit source", () => {
  it("keeps lines with one source on one side", async () => {
    // Each text with two labels: at random some would have one on either side.
    const lines = times(40, (i) => `${"abcdefghijklmnopqrst"[i >> 1]}\t${i % 2}`);
    const sides = async (validSplit: "source" | "random") => {
      const { train, valid } = await load("classify", lines, { validSplit });
      expect(train.count + valid.count).toBe(40);
      return sourcesOf(valid).filter((source) => sourcesOf(train).includes(source));
    };
    expect(await sides("source")).toEqual([]);
    expect(await sides("random")).not.toEqual([]);
  });

  it("keeps drawings of one text on one side", async () => {
    // Of one text three times as many as of the other: drawings that are split one by one come out in other numbers.
    const lines = times(40, (i) => JSON.stringify({ text: i % 4 === 0 ? "a" : "b", strokes: [[i, 1, 1]] }));
    const { train, valid } = await load("draw", lines, { validSplit: "source" });
    expect([train.count, valid.count].toSorted()).toEqual([10, 30]);
  });
});

describe("what cannot be split is refused in a line", () => {
  const strokes = [[1, 1, 1]];
  it.each<[string, Task, string[], ConfigInput["data"], string]>([
    ["an example", "classify", ["a\tx"], {}, "a single example"],
    ["a text", "generate", ["a"], {}, "a single text"],
    ["a drawing", "draw", [JSON.stringify({ strokes })], {}, "a single drawing"],
    ["one source", "classify", ["a\tx", "a\ty"], { validSplit: "source" }, "examples of a single source"],
    ["one text again and again", "generate", ["a", "a"], { validSplit: "source" }, "texts of a single source"],
    [
      "drawings without texts",
      "draw",
      times(3, () => JSON.stringify({ strokes })),
      { validSplit: "source" },
      "drawings of a single source",
    ],
  ])("%s", async (_, task, lines, data, what) => {
    const loading = load(task, lines, data);
    await expect(loading).rejects.toBeInstanceOf(UserError);
    await expect(loading).rejects.toThrow(
      new RegExp(`train\\.txt: ${what} cannot be split: give more \\w+s, data\\.valid, or data\\.validFraction 0$`),
    );
  });
});
