import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { openBundle, type OpenOptions } from "../src/bundle.ts";
import { cachedFetch } from "../src/source/cached-fetch.ts";
import type { DownloadProgress } from "../src/source/progress.ts";
import { openSource, type OpenSourceOptions } from "../src/source/source.ts";
import { encodeModel } from "./onnx.ts";
import { FakeCaches } from "./support/fake-caches.ts";
import { FileServer } from "./support/file-server.ts";
import { refusal } from "./support/refusal.ts";
import { countdownFiles, type Files, manifestOf, sealFiles, withSecondVariant } from "./support/served-bundle.ts";
import { singleFile, singleFileParts } from "./support/single-file.ts";

const bundle = withSecondVariant(countdownFiles());
const server = new FileServer();
let caches: FakeCaches;

function serve(files: Files): void {
  server.files.clear();
  for (const [name, bytes] of Object.entries(files)) server.files.set(`b/${name}`, bytes);
}

beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => {
  caches = new FakeCaches();
  vi.stubGlobal("caches", caches);
  serve(bundle);
  server.forget();
});
afterEach(() => vi.unstubAllGlobals());

const visit = async (options: OpenSourceOptions & OpenOptions = {}) => openBundle(await openSource(`${server.origin}/b`, options), options);

async function requestsOf(action: () => Promise<unknown>): Promise<string[]> {
  server.forget();
  await action();
  return server.requests.map((path) => path.slice(2)).sort();
}

const variantFiles = ["int8.decoder.onnx", "int8.encoder.onnx", "int8.weights.safetensors", "source.json", "target.json"];
const entries = (): Map<string, Response> => caches.caches.get("s2s-bundles")!;
const keyOf = (name: string): string => [...entries().keys()].find((key) => key.includes(`/${name}`))!;

describe("a second visit", () => {
  test("asks for the manifest alone, has the same model and reports it as loaded", async () => {
    expect(await requestsOf(visit)).toEqual([...variantFiles, "s2s.json"].sort());
    const events: DownloadProgress[] = [];
    expect(await requestsOf(() => visit({ onProgress: (event) => void events.push(event) }))).toEqual(["s2s.json"]);
    expect(events.at(-1)!.loaded).toBe(events.at(-1)!.total);
    const { files, manifest } = await visit();
    for (const info of manifest.files.filter(({ name }) => variantFiles.includes(name))) {
      expect(await files.read(info)).toEqual(bundle[info.name]);
    }
  });

  test("with another precision fetches what that one needs, and drops nothing", async () => {
    await visit();
    const own = ["decoder.onnx", "encoder.onnx", "s2s.json", "weights.safetensors"];
    expect(await requestsOf(() => visit({ precision: "float32" }))).toEqual(own);
    expect(await requestsOf(visit)).toEqual(["s2s.json"]);
  });

  test("offline has what the last one left", async () => {
    await visit();
    await server.stop();
    try {
      await expect(visit()).resolves.toMatchObject({ variant: { precision: "int8" } });
      expect(await refusal(() => visit({ precision: "float32" }))).toMatch(/b\/[a-z.]+: cannot be fetched \(ECONNREFUSED\)/);
    } finally {
      await server.start();
    }
  });

  test("to a server that has no manifest any more does not pretend", async () => {
    await visit();
    server.files.delete("b/s2s.json");
    expect(await refusal(visit)).toMatch(/HTTP 404/);
  });
});

describe("an update", () => {
  const update = (): Files =>
    sealFiles({ ...bundle, "int8.weights.safetensors": bundle["int8.weights.safetensors"]!.map((byte) => byte ^ 1) });

  test("is noticed, fetches what has changed and drops what is old", async () => {
    await visit();
    const before = caches.keys();
    serve(update());
    expect(await requestsOf(visit)).toEqual(["int8.weights.safetensors", "s2s.json"]);
    const after = caches.keys();
    expect(after.length).toBe(before.length);
    expect(after.filter((key) => !before.includes(key))).toHaveLength(1);
    expect(await requestsOf(visit)).toEqual(["s2s.json"]);
  });

  test("that fails half-way leaves the old one whole", async () => {
    await visit();
    serve({ ...update(), "int8.weights.safetensors": new Uint8Array() });
    expect(await refusal(visit)).toMatch(/truncated/);
    await server.stop();
    try {
      await expect(visit()).resolves.toMatchObject({ manifest: manifestOf(bundle) });
    } finally {
      await server.start();
    }
  });

  test("leaves alone what belongs to others", async () => {
    const others = [
      `${server.origin}/b/inner/s2s.json?path=/b/`,
      `${server.origin}/b/inner/model.onnx?s2s=1`,
      `${server.origin}/bb/model.onnx?s2s=1`,
      "https://x.example/b/?s2s=1",
    ];
    await visit();
    for (const key of others) entries().set(key, new Response("other"));
    entries().set(`${server.origin}/b/old.onnx?s2s=1`, new Response("old"));
    await visit();
    for (const key of others) expect(entries().has(key), key).toBe(true);
    expect(entries().has(`${server.origin}/b/old.onnx?s2s=1`)).toBe(false);
  });
});

describe("what is kept is not trusted:", () => {
  const damages: [string, (name: string) => Response][] = [
    [
      "changed",
      (name) =>
        new Response(
          bundle[name]!.map((byte) => byte ^ 4),
          { headers: { "content-length": String(bundle[name]!.length) } },
        ),
    ],
    ["cut off", (name) => new Response(bundle[name]!.slice(1), { headers: { "content-length": String(bundle[name]!.length) } })],
    ["too long", (name) => new Response(new Uint8Array(bundle[name]!.length + 1))],
    ["an error", () => Response.error()],
  ];
  test.each(damages)("what was %s is fetched again, and then kept whole", async (_, damage) => {
    await visit();
    entries().set(keyOf("int8.encoder.onnx"), damage("int8.encoder.onnx"));
    expect(await requestsOf(visit)).toEqual(["int8.encoder.onnx", "s2s.json"]);
    expect(await requestsOf(visit)).toEqual(["s2s.json"]);
  });

  test("nothing of a bundle that was refused stays as its manifest", async () => {
    serve(sealFiles({ ...bundle, "target.json": new TextEncoder().encode("[]") }));
    expect(await refusal(visit)).toMatch(/target\.json: is not what s2s writes/);
    expect(caches.keys().filter((key) => key.includes("s2s.json"))).toEqual([]);
  });
});

describe("loading goes on", () => {
  const failing: [string, unknown][] = [
    ["without the Cache API", undefined],
    ["where it may not be opened", { open: async () => Promise.reject(new DOMException("sandboxed", "SecurityError")) }],
    [
      "where every call fails",
      { open: async () => new Proxy({}, { get: (_, name) => name !== "then" && (async () => Promise.reject(new Error("no"))) }) },
    ],
    [
      "where there is no room",
      {
        open: async () => ({
          match: async () => undefined,
          keys: async () => [],
          put: async () => Promise.reject(new DOMException("full", "QuotaExceededError")),
        }),
      },
    ],
  ];
  test.each(failing)("%s", async (_, broken) => {
    vi.stubGlobal("caches", broken);
    for (let i = 0; i < 2; i += 1) expect(await requestsOf(visit)).toEqual([...variantFiles, "s2s.json"].sort());
  });

  test("where the very look at it throws", async () => {
    Object.defineProperty(globalThis, "caches", {
      configurable: true,
      get: () => {
        throw new DOMException("sandboxed", "SecurityError");
      },
    });
    await expect(visit()).resolves.toBeDefined();
  });

  test("and keeps nothing where the caller wants it so", async () => {
    await visit({ cache: false });
    expect(caches.keys()).toEqual([]);
  });
});

describe("a single file", () => {
  const graph = encodeModel({ nodes: [], initializers: [], inputs: [], outputs: [] });
  const [source, target] = ["source.json", "target.json"].map((name) => new TextDecoder().decode(bundle[name]));
  const model = singleFile(graph, singleFileParts(manifestOf(bundle), source!, target!));
  const open = async (options: OpenSourceOptions = {}) => openBundle(await openSource(`${server.origin}/b/m.onnx`, options));
  beforeEach(() => void server.files.set("b/m.onnx", model));

  test("is kept once, whatever token its address has", async () => {
    for (const token of ["?token=1", "?token=2"]) await openBundle(await openSource(`${server.origin}/b/m.onnx${token}`));
    expect(caches.keys()).toEqual([`s2s-models ${server.origin}/b/m.onnx?token=2`]);
  });

  test("is asked for at each visit, since the browser's HTTP cache knows whether it has changed, and serves offline", async () => {
    await open();
    expect(await requestsOf(open)).toEqual(["m.onnx"]);
    expect(caches.keys()).toEqual([`s2s-models ${server.origin}/b/m.onnx`]);
    await server.stop();
    try {
      await expect(open()).resolves.toMatchObject({ variant: { precision: "float32" } });
    } finally {
      await server.start();
    }
  });

  test("reports its size where the server says it", async () => {
    const totals = new Set<number | undefined>();
    let loaded = 0;
    const onProgress = (event: DownloadProgress): void => {
      totals.add(event.total);
      ({ loaded } = event);
    };
    await open({ onProgress });
    expect([...totals, loaded]).toEqual([model.length, model.length]);
    totals.clear();
    server.gzip = true;
    await open({ onProgress });
    server.gzip = false;
    expect([...totals, loaded]).toEqual([undefined, model.length]);
  });
});

describe("ONNX Runtime's wasm", () => {
  const wasm = new Uint8Array(5000).fill(7);
  const url = (): URL => new URL(`${server.origin}/b/ort.wasm`);
  const sha256 = createHash("sha256").update(wasm).digest("hex");
  beforeEach(() => void server.files.set("b/ort.wasm", wasm));

  test("is fetched once for a version, and an older one is dropped", async () => {
    expect(await cachedFetch(url(), { version: "1" })).toEqual(wasm);
    expect(await requestsOf(() => cachedFetch(url(), { version: "1" }))).toEqual([]);
    expect(await requestsOf(() => cachedFetch(url(), { version: "2", sha256 }))).toEqual(["ort.wasm"]);
    expect(await requestsOf(() => cachedFetch(url(), { version: "2", sha256 }))).toEqual([]);
    expect(caches.keys()).toEqual([`s2s-runtime ${url().href}?s2s=2`]);
    expect(await requestsOf(() => cachedFetch(url(), { version: "2", cache: false }))).toEqual(["ort.wasm"]);
  });

  test("is not dropped with a bundle of the same folder", async () => {
    await cachedFetch(url(), { version: "1" });
    await visit();
    expect(await requestsOf(() => cachedFetch(url(), { version: "1" }))).toEqual([]);
  });

  test("with another checksum is refused, and what was kept with one is fetched again", async () => {
    expect(await refusal(() => cachedFetch(url(), { version: "1", sha256: "0".repeat(64) }))).toMatch(
      /ort\.wasm: is damaged or of another/,
    );
    expect(caches.keys()).toEqual([]);
    await cachedFetch(url(), { version: "1" });
    const [key] = caches.caches.get("s2s-runtime")!.keys();
    caches.caches.get("s2s-runtime")!.set(key!, new Response(new Uint8Array(3), { headers: { "content-length": "3" } }));
    expect(await requestsOf(() => cachedFetch(url(), { version: "1", sha256 }))).toEqual(["ort.wasm"]);
  });

  test("cut off in the cache is fetched again even where nobody knows its checksum", async () => {
    await cachedFetch(url(), { version: "1" });
    const kept = caches.caches.get("s2s-runtime")!;
    kept.set([...kept.keys()][0]!, new Response(new Uint8Array(3), { headers: { "content-length": "5000" } }));
    expect(await cachedFetch(url(), { version: "1" })).toEqual(wasm);
  });

  test("reports its bytes and stops at the signal", async () => {
    let sum = 0;
    await cachedFetch(url(), { version: "1", onBytes: (bytes) => void (sum += bytes) });
    expect(sum).toBe(wasm.length);
    await expect(cachedFetch(url(), { version: "3", signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow("no");
  });
});
