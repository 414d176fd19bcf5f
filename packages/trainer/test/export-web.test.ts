import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Kind, writeTaskBundle } from "../../../test/support/task-bundles.ts";
import { exportWeb } from "../src/export-web/export-web.ts";
import { listedFiles } from "../src/export-web/service-worker.ts";
import { temporaryFolder } from "./support/toy-run.ts";

const place = temporaryFolder();
afterAll(() => place.remove());

test.each<[Kind, string]>([
  ["forecast", "forecast"],
  ["write", "draw"],
])("a site's page says what its model is for, so that the element asks and shows that: %s", async (kind, task) => {
  const bundle = join(place.path, kind);
  const out = `${bundle}-site`;
  await writeTaskBundle(bundle, kind);
  const { report } = await exportWeb(bundle, { out });
  expect(report.files).toEqual(expect.arrayContaining(["s2s.views.js", "bundle/s2s.json"]));
  const page = await readFile(join(out, "index.html"), "utf8");
  expect(page).toContain(`<s2s-model src="bundle/" task="${task}" `);
  expect(listedFiles(await readFile(join(out, "sw.js"), "utf8"))).toEqual(expect.arrayContaining(["s2s.views.js", "index.html"]));
});
