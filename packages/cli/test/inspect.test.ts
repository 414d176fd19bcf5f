import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KINDS, writeMadeBundle, writeTaskBundle } from "../../../test/support/task-bundles.ts";
import type { Description } from "../src/inspect/describe.ts";
import { runHere } from "./support/capture.ts";

const folder = mkdtempSync(join(tmpdir(), "s2s-inspect-"));
const at = (name: string): string => join(folder, name);
const inspected = async (name: string): Promise<Description> => JSON.parse((await runHere("inspect", at(name), "--json")).stdout);
const exported = async (...args: string[]): Promise<void> => {
  const { code, stderr } = await runHere("export", at("first"), "--ensemble", at("second"), ...args);
  expect(code, stderr).toBe(0);
};

const { translate } = KINDS;
const deeper = { ...translate, model: { ...translate.model, output: { ...translate.model.output, layers: 2 } } };
beforeAll(async () => {
  await writeTaskBundle(at("first"), "translate");
  await writeMadeBundle(at("second"), deeper);
  await exported("--out", at("both"));
  await exported("--out", at("single"), "--single-file");
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("inspect", () => {
  it.each(["both", "single"])("lists the members of an ensemble with their parameters: %s", async (name) => {
    const [first, second, both] = [await inspected("first"), await inspected("second"), await inspected(name)];
    expect(second.parameters).toBeGreaterThan(first.parameters);
    expect(both.members).toEqual([first, second].map(({ model, parameters }) => ({ model, parameters })));
    expect(both.parameters).toBe(first.parameters + second.parameters);
    const { stdout } = await runHere("inspect", at(name));
    const count = (value: number): string => value.toLocaleString("en-US");
    expect(stdout).toContain(`of 2 models from tokens to tokens, ${count(both.parameters)} parameters`);
    expect(stdout).toMatch(/^Members, of which an answer averages what all give$/m);
    expect(stdout).toMatch(
      new RegExp(`^  0 +${count(first.parameters)} parameters +encoder 1 gru layer of 9, decoder 1 gru layer of 9$`, "m"),
    );
    expect(stdout).toMatch(
      new RegExp(`^  1 +${count(second.parameters)} parameters +encoder 1 gru layer of 9, decoder 2 gru layers of 9$`, "m"),
    );
  });

  it.each([
    [
      "translate",
      ["task translate", "reads at most 11 tokens (word), of 10 that it knows", "writes at most 9 tokens (word), of 10 that it knows"],
    ],
    [
      "classify",
      ["task classify", "reads at most 11 tokens (char), of 12 that it knows", "writes one of 4 labels: north, east, south, west"],
    ],
    [
      "tag",
      [
        "reads at most 11 tokens (word), of 10 that it knows",
        "writes a label for each that it reads, one of 4 labels: north, east, south, west",
      ],
    ],
    ["generate", ["reads nothing", "writes at most 9 tokens (char), of 12 that it knows"]],
    ["forecast", ["reads 5 steps of 2 numbers", "writes 3 steps of 1 number", "looks back upon pm, wind of 5 steps, forecasts pm of 3"]],
    ["caption", ["reads an image of 8x6x3 (width x height x channels)", "writes at most 9 tokens (char), of 12 that it knows"]],
    ["vector", ["reads 5 numbers"]],
    ["frames", ["reads a film of at most 5 frames of 8x6x3 (width x height x channels)"]],
    ["draw", ["task draw", "reads nothing", "writes at most 20 points"]],
  ] as const)("says what a model reads and writes in its own units: %s", async (kind, lines) => {
    await writeTaskBundle(at(`of-${kind}`), kind);
    const { stdout } = await runHere("inspect", at(`of-${kind}`));
    expect(stdout.split("\n")).toEqual(expect.arrayContaining([...lines]));
  });

  it("gives the same as numbers and names", async () => {
    await writeTaskBundle(at("numbers"), "forecast");
    expect(await inspected("numbers")).toMatchObject({
      task: "forecast",
      reads: { kind: "vectors", most: 5, numbers: 2 },
      writes: { kind: "numbers", steps: 3, numbers: 1 },
      series: { inputs: ["pm", "wind"], outputs: ["pm"], window: 5, horizon: 3 },
    });
    await writeTaskBundle(at("labels"), "classify");
    expect(await inspected("labels")).toMatchObject({
      reads: { kind: "tokens", unit: "char", vocabulary: 12, most: 11 },
      writes: { kind: "label", count: 4, first: ["north", "east", "south", "west"] },
    });
  });

  it("says nothing of members where a model is alone", async () => {
    expect(await inspected("first")).not.toHaveProperty("members");
    const { stdout } = await runHere("inspect", at("first"));
    expect(stdout).toContain("of a model from tokens to tokens");
    expect(stdout).not.toContain("Members");
  });
});
