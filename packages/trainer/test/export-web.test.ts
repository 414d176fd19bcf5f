import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Kind, writeTaskBundle } from "../../../test/support/task-bundles.ts";
import { exportWeb } from "../src/export-web/export-web.ts";
import { temporaryFolder } from "./support/toy-run.ts";

const place = temporaryFolder();
afterAll(() => place.remove());

test.each<[Kind, string]>([
  ["classify", "tokens to label"],
  ["forecast", "vectors to numbers"],
  ["caption", "image to tokens"],
  ["draw", "none to strokes"],
])("a site is refused for what its page cannot ask or show: %s", async (kind, words) => {
  const bundle = join(place.path, kind);
  await writeTaskBundle(bundle, kind);
  const out = `${bundle}-site`;
  await expect(exportWeb(bundle, { out })).rejects.toThrow(`goes from ${words}; export without --web`);
  expect(existsSync(out)).toBe(false);
});
