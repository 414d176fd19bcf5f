import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exportWeb } from "@s2s/trainer";
import { expect, test } from "vitest";
import { withFullDisk } from "../../packages/trainer/test/support/failing-disk.ts";
import { writeRandomModel } from "../browser/support/models.ts";
import { filesOf } from "../support/files.ts";
import { reversalPairs, sequences } from "../support/tasks.ts";
import { Workplace } from "../support/workplace.ts";

const place = await Workplace.create();
const COMMON = ["README.md", "demo.css", "demo.js", "index.html", "s2s.js", "s2s.tasks.js", "s2s.views.js", "s2s.worker.js", "sw.js"];
const ORT = ["ort-wasm-simd-threaded.asyncify.wasm", "ort-wasm-simd-threaded.wasm", "ort.wasm.bundle.min.mjs", "ort.webgpu.bundle.min.mjs"];

interface Kept {
  readonly sha256: string;
  readonly early: boolean;
}
const listOf = async (site: string): Promise<Record<string, Kept>> =>
  JSON.parse(/^const FILES = (\{.*?^\});$/ms.exec(await readFile(join(site, "sw.js"), "utf8"))![1]!) as Record<string, Kept>;

test("s2s export --web writes a folder that holds all that its service worker lists, and is a model to the other commands", async () => {
  await place.write("pairs.tsv", reversalPairs(sequences(["a", "b", "c"], 3)));
  await place.ok("train", "--data", "pairs.tsv", "--hidden", "8", "--embedding", "8", "--epochs", "1", "--out", "run");
  const report = await place.json<{ files: string[]; bytes: number }>("export", "run", "--out", "site", "--web");
  const site = place.path("site");
  const files = await filesOf(site);
  expect(report.files.toSorted()).toEqual(Object.keys(files).toSorted());
  expect(Object.keys(files)).toEqual(expect.arrayContaining([...COMMON, ...ORT, "bundle/s2s.json", "bundle/weights.safetensors"]));
  const { "sw.js": _, ...listed } = files;
  const kept = await listOf(site);
  expect(
    Object.fromEntries(Object.entries(kept).map(([name, { sha256 }]) => [name, Buffer.from(sha256, "base64").toString("hex")])),
  ).toEqual(listed);
  expect(kept["ort-wasm-simd-threaded.wasm"]!.early).toBe(true);
  expect(kept["ort-wasm-simd-threaded.asyncify.wasm"]!.early).toBe(false);
  expect(await place.ok("translate", "site", "abc")).toBe(await place.ok("translate", "run", "abc"));
  expect(await place.ok("export", "site", "--out", "again", "--web")).toContain("s2s serve again");
  expect(await place.refused("export", "run", "--out", "one", "--web", "--single-file")).toContain("--single-file");
  expect(await place.refused("export", "site", "--out", "site", "--web")).toContain("is where the model itself is");
});

test("visitors fetch the first of several precisions early, the others when they are asked for", async () => {
  await writeRandomModel(place.path("random"));
  await exportWeb(place.path("random"), {
    out: place.path("both"),
    precisions: ["float16", "float32"],
    data: await onePair(),
    maxAccuracyDrop: 1,
  });
  const early = Object.entries(await listOf(place.path("both"))).flatMap(([name, { early }]) => (early ? [name] : []));
  expect(early).toContain("bundle/weights.float16.safetensors");
  expect(early).not.toContain("bundle/weights.safetensors");
  expect(early).toContain("bundle/tokenizer.json");
});

test("an older site is replaced, what others put beside its files stays, and a foreign folder is refused", async () => {
  await writeRandomModel(place.path("random"));
  const out = place.path("replaced");
  await exportWeb(place.path("random"), { out });
  // As a script of an older version whose name the new one does not have.
  const program = await readFile(join(out, "sw.js"), "utf8");
  await writeFile(
    join(out, "sw.js"),
    program.replace("const FILES = {", `const FILES = {\n  "s2s.OLD.js": { "sha256": "", "early": true },`),
  );
  for (const name of ["s2s.OLD.js", "my-page.html", join("bundle", "MODEL-CARD.md")]) await writeFile(join(out, name), "by hand");
  await writeRandomModel(place.path("random"), { seed: 2 });
  await exportWeb(place.path("random"), { out });
  expect(await readdir(out)).toContain("my-page.html");
  expect(await readdir(join(out, "bundle"))).toContain("MODEL-CARD.md");
  expect(await readdir(out)).not.toContain("s2s.OLD.js");
  const hash = createHash("sha256").update(await readFile(join(out, "bundle", "weights.safetensors")));
  expect((await listOf(out))["bundle/weights.safetensors"]!.sha256).toBe(hash.digest("base64"));

  await mkdir(place.path("foreign"));
  await place.write("foreign/thesis.txt", "years of work");
  await expect(exportWeb(place.path("random"), { out: place.path("foreign") })).rejects.toThrow(
    "is not empty and holds no exported site (thesis.txt)",
  );
  expect(await readdir(place.path("foreign"))).toEqual(["thesis.txt"]);
});

test("where it fails, the older site stays whole and nothing is left beside it", async () => {
  await writeRandomModel(place.path("random"));
  const out = place.path("whole");
  await exportWeb(place.path("random"), { out });
  const before = await filesOf(out);
  for (const bytes of [2000, 100_000, 10_000_000]) {
    await expect(withFullDisk("ENOSPC", bytes, () => exportWeb(place.path("random"), { out }))).rejects.toThrow("the disk is full");
  }
  expect(await filesOf(out)).toEqual(before);
  expect((await readdir(place.folder)).filter((name) => name.startsWith("whole"))).toEqual(["whole"]);
});

async function onePair(): Promise<string> {
  return place.write("one.tsv", "hello\thello\n");
}
