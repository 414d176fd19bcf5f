import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@s2s/runtime";
import { afterAll, expect, test } from "vitest";
import { type Kind, writeTaskBundle } from "../../../test/support/task-bundles.ts";
import { exportRun } from "../src/export/export-run.ts";
import { temporaryFolder } from "./support/toy-run.ts";

const place = temporaryFolder();
afterAll(() => place.remove());

test.each<[Kind, RegExp]>([
  ["generate", /^--single-file: holds generate\.onnx, .* the task generate has none; it draws its answers step by step: .*decoder\.onnx/],
  ["draw", /the task draw has none; .*decoder\.onnx/],
  ["classify", /the task classify has none; it needs no search: leave --single-file out, and run the folder's predict\.onnx/],
  ["forecast", /the task forecast has none; .*predict\.onnx/],
])("a single file of a model that has no search for whole answers is refused with what to do instead: %s", async (kind, message) => {
  const bundle = join(place.path, kind);
  await writeTaskBundle(bundle, kind);
  const exporting = exportRun(bundle, { out: `${bundle}-file`, singleFile: true });
  await expect(exporting).rejects.toThrow(UserError);
  await expect(exporting).rejects.toThrow(message);
  expect(existsSync(`${bundle}-file`)).toBe(false);
});

test("one of a picture's text is written", async () => {
  const bundle = join(place.path, "caption");
  await writeTaskBundle(bundle, "caption");
  const { manifest } = await exportRun(bundle, { out: `${bundle}-file`, singleFile: true });
  expect(manifest.variants.map(({ graphs }) => Object.keys(graphs))).toEqual([["generate"]]);
});
