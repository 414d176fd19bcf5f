import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildWeb } from "../web-build.mjs";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "s2s-web-"));
  await buildWeb(folder);
});
afterAll(() => rm(folder, { recursive: true }));

async function gzippedBytes(name: string): Promise<number> {
  return gzipSync(await readFile(join(folder, name)), { level: 9 }).length;
}

test("there are a page's script, its element included, and a worker's, and both are small", async () => {
  expect((await readdir(folder)).toSorted()).toEqual(["s2s.js", "s2s.worker.js"]);
  expect(await gzippedBytes("s2s.js")).toBeLessThan(11 * 1024);
  expect(await gzippedBytes("s2s.worker.js")).toBeLessThan(35 * 1024);
});

test("the scripts name no file but those beside them, and hold nothing of ONNX Runtime", async () => {
  for (const name of await readdir(folder)) {
    const text = await readFile(join(folder, name), "utf8");
    const imports = [...text.matchAll(/\b(?:from|import\(?)\s*"([\w./@-]+)"/g)].map(([, path]) => path);
    for (const path of imports) expect(path).toMatch(/^\.\/(s2s[\w.]*|ort\.(wasm|webgpu)\.bundle\.min)\.m?js$/);
    expect(text).not.toMatch(/InferenceSession\s*=\s*class|\bprocess\b|node:/);
  }
});
