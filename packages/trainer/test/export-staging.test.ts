import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { readBundle, UserError } from "@s2s/runtime";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { exportRun } from "../src/export/export-run.ts";
import { staged } from "../src/export/staging.ts";
import { answeringModel } from "./support/answering-model.ts";
import { temporaryFolder } from "./support/toy-run.ts";

const place = temporaryFolder();
afterAll(() => place.remove());
let model: { bundle: string; data: string };
beforeAll(async () => {
  model = await answeringModel(place.path);
});

let folder: string;
let out: string;
let tests = 0;
beforeEach(() => {
  folder = join(place.path, `test-${(tests += 1)}`);
  out = join(folder, "out");
});

test("of two exports to a folder one wins, and the other says why it does not", async () => {
  const results = await Promise.allSettled([exportRun(model.bundle, { out }), exportRun(model.bundle, { out })]);
  const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
  expect(refused).toHaveLength(1);
  expect(refused[0]).toBeInstanceOf(UserError);
  expect(refused[0]!.message).toMatch(`another export to ${out} is under way (this process)`);
  expect(await readBundle(out)).toBeDefined();
  expect(readdirSync(folder)).toEqual(["out"]);
});

test("goes on where a killed export has left its lock and its files", async () => {
  mkdirSync(`${out}.s2s-next`, { recursive: true });
  // No process has the number 2^22: Linux counts to there.
  writeFileSync(`${out}.s2s-lock`, JSON.stringify({ pid: 2 ** 22, host: hostname() }));
  await exportRun(model.bundle, { out });
  expect(readdirSync(folder)).toEqual(["out"]);
});

test("one that is ended leaves what was there before, and nothing beside it", async () => {
  await exportRun(model.bundle, { out });
  const before = readdirSync(out);
  const controller = new AbortController();
  const ended = exportRun(model.bundle, {
    out,
    precisions: ["int8"],
    data: model.data,
    maxAccuracyDrop: 1,
    signal: controller.signal,
    onProgress: () => {
      expect(existsSync(`${out}.s2s-next`)).toBe(true);
      controller.abort();
    },
  });
  await expect(ended).rejects.toMatchObject({ name: "AbortError" });
  expect(readdirSync(out)).toEqual(before);
  expect(readdirSync(folder)).toEqual(["out"]);
});

test("messages name the folder that was given, not the one beside it", async () => {
  const full = staged(out, (next) => Promise.reject(new UserError(`${next}/bundle: cannot write: the disk is full`)));
  await expect(full).rejects.toThrow(`${out}/bundle: cannot write: the disk is full`);
  await expect(exportRun(model.bundle, { out: "" })).rejects.toThrow(/^--out "": names no folder/);
});

test.runIf(existsSync("/proc/self"))("says where nothing can be made", async () => {
  for (const nowhere of ["/proc/foo", "/proc/foo/bar"]) {
    await expect(exportRun(model.bundle, { out: nowhere })).rejects.toThrow(UserError);
    await expect(exportRun(model.bundle, { out: nowhere })).rejects.toThrow(
      new RegExp(`^${nowhere}: cannot write: nothing can be made in`),
    );
  }
});
