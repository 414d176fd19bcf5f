import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeTaskBundle } from "../../../test/support/task-bundles.ts";
import { runHere } from "./support/capture.ts";

const folder = mkdtempSync(join(tmpdir(), "s2s-attention-"));
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  await writeTaskBundle(at("model"), "translate");
  await writeTaskBundle(at("other"), "generate");
});
afterAll(() => rmSync(folder, { recursive: true }));

test("--attention draws a row for each token of the answer over the source's tokens, unknown words as they are written", async () => {
  const { code, stderr } = await runHere("translate", at("model"), "one zwölf three", "--attention", at("map.svg"), "--max-length", "4");
  expect(code, stderr).toBe(0);
  const svg = readFileSync(at("map.svg"), "utf8");
  for (const token of ["one", "zwölf", "three", "&lt;/s&gt;"]) expect(svg).toContain(`>${token}<`);
  expect((await runHere("translate", at("model"), "one", "--attention", at("map.png"))).code).toBe(0);
  expect(readFileSync(at("map.png")).subarray(1, 4).toString()).toBe("PNG");
});

test.each([
  ["another format", ["model", "one", "--attention", "map.gif"], /--attention map\.gif: the name must end in \.svg or \.png/],
  ["two texts", ["model", "one", "two", "--attention", "map.svg"], /in one source, and 2 are given/],
  ["a model that does not attend", ["other", "a", "--attention", "none.svg"], /attend/],
])("refuses %s in a line", async (_, [model, ...rest], message) => {
  const { code, stderr } = await runHere("translate", at(model!), ...rest);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
  expect(existsSync("none.svg")).toBe(false);
});
