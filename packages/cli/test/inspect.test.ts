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

  it("says nothing of members where a model is alone", async () => {
    expect(await inspected("first")).not.toHaveProperty("members");
    const { stdout } = await runHere("inspect", at("first"));
    expect(stdout).toContain("of a model from tokens to tokens");
    expect(stdout).not.toContain("Members");
  });
});
