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

test("there are a page's script, its element included, a worker's, and those for what few models need, and all are small", async () => {
  expect((await readdir(folder)).toSorted()).toEqual(["s2s.js", "s2s.tasks.js", "s2s.views.js", "s2s.worker.js"]);
  expect(await gzippedBytes("s2s.js")).toBeLessThan(10.5 * 1024);
  expect(await gzippedBytes("s2s.worker.js")).toBeLessThan(26.125 * 1024);
  expect(await gzippedBytes("s2s.tasks.js")).toBeLessThan(13 * 1024);
  expect(await gzippedBytes("s2s.views.js")).toBeLessThan(7 * 1024);
});

test("what a script takes from another one is there", async () => {
  const scripts = await Promise.all(
    ["s2s", "s2s.worker", "s2s.tasks", "s2s.views"].map(async (name) => [name, await readFile(join(folder, `${name}.js`), "utf8")]),
  );
  const given = Object.fromEntries(scripts.map(([name, text]) => [name, namesOf(/export\{([^}]*)\};?\s*$/g, text!, "last")]));
  const taken = (from: string): Set<string> =>
    new Set(
      scripts.flatMap(([, text]) =>
        [
          namesOf(new RegExp(`import\\{([^}]*)\\}from"\\./${from}\\.js"`, "g"), text!, "first"),
          namesOf(new RegExp(`\\{([^{}]*)\\}=await import\\("\\./${from}\\.js"\\)`, "g"), text!, "first"),
          namesOf(new RegExp(`await import\\("\\./${from}\\.js"\\)\\)\\.(\\w+)`, "g"), text!, "first"),
        ].flat(),
      ),
    );
  for (const name of ["s2s.tasks", "s2s.views"]) expect([...taken(name)].toSorted()).toEqual(given[name]!.toSorted());
  expect(taken("s2s.worker").size).toBeGreaterThan(4);
  expect(given["s2s.worker"]).toEqual(expect.arrayContaining([...taken("s2s.worker")]));
});

/** Of lists such as `a as b, c:d`: the names before or after. */
function namesOf(pattern: RegExp, text: string, which: "first" | "last"): string[] {
  const lists = [...text.matchAll(pattern)].flatMap(([, list]) => list!.split(","));
  return lists.map((item) =>
    item
      .trim()
      .split(/ as |:/)
      .at(which === "first" ? 0 : -1)!
      .trim(),
  );
}

test("style sheets are written without what makes them readable", async () => {
  expect((await readFile(join(folder, "s2s.js"), "utf8")).includes(":host{display:block;")).toBe(true);
  expect((await readFile(join(folder, "s2s.views.js"), "utf8")).includes("[part=fields]{display:flex;")).toBe(true);
});

test("the scripts name no file but those beside them, and hold nothing of ONNX Runtime", async () => {
  for (const name of await readdir(folder)) {
    const text = await readFile(join(folder, name), "utf8");
    const imports = [...text.matchAll(/\b(?:from|import\(?)\s*"([\w./@-]+)"/g)].map(([, path]) => path);
    for (const path of imports) expect(path).toMatch(/^\.\/(s2s[\w.]*|ort\.(wasm|webgpu)\.bundle\.min)\.m?js$/);
    expect(text).not.toMatch(/InferenceSession\s*=\s*class|\bprocess\b|node:/);
  }
});
