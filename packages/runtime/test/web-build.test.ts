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

/** A script and what it imports before it runs. */
async function withImports(name: string, found = new Set<string>()): Promise<Set<string>> {
  if (found.has(name)) return found;
  found.add(name);
  const text = await readFile(join(folder, name), "utf8");
  for (const [, other] of text.matchAll(/\b(?:from|import)\s*"\.\/([\w.]+)"/g)) if (other !== undefined) await withImports(other, found);
  return found;
}

async function gzippedBytes(names: Iterable<string>): Promise<number> {
  const sizes = await Promise.all([...names].map(async (name) => gzipSync(await readFile(join(folder, name)), { level: 9 }).length));
  return sizes.reduce((sum, size) => sum + size, 0);
}

test("what a page loads of ours, its element included, has at most 20 KB gzip, and so has what its worker loads", async () => {
  const [page, worker] = [await withImports("s2s.js"), await withImports("s2s.worker.js")];
  expect(page.size).toBeGreaterThan(1);
  expect(await gzippedBytes(page)).toBeLessThan(20 * 1024);
  expect(await gzippedBytes(worker)).toBeLessThan(20 * 1024);
  // Both together, what they share counted once; more is loaded where it is needed.
  expect(await gzippedBytes(new Set([...page, ...worker]))).toBeLessThan(29 * 1024);
});

test("the scripts name no file but those beside them, and hold nothing of ONNX Runtime", async () => {
  for (const name of await readdir(folder)) {
    const text = await readFile(join(folder, name), "utf8");
    const imports = [...text.matchAll(/\b(?:from|import\(?)\s*"([\w./@-]+)"/g)].map(([, path]) => path);
    for (const path of imports) expect(path).toMatch(/^\.\/(s2s[\w.]*|ort\.(wasm|webgpu)\.bundle\.min)\.m?js$/);
    expect(text).not.toMatch(/InferenceSession\s*=\s*class|\bprocess\b|node:/);
  }
});
