import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { openBundle, type OpenOptions } from "../src/bundle.ts";
import type { DownloadProgress } from "../src/source/progress.ts";
import { openSource, type OpenSourceOptions } from "../src/source/source.ts";
import { FileServer, type Handler } from "./support/file-server.ts";
import { refusal } from "./support/refusal.ts";
import { countdownFiles, manifestOf, withSecondVariant } from "./support/served-bundle.ts";

const bundle = withSecondVariant(countdownFiles());
const manifest = manifestOf(bundle);
const server = new FileServer();
const at = (path: string): string => `${server.origin}/${path}`;

beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => {
  server.files.clear();
  server.handlers.clear();
  server.forget();
  server.gzip = false;
  for (const [name, bytes] of Object.entries(bundle)) server.files.set(`b/${name}`, bytes);
});

const open = async (address: string | URL, options: OpenSourceOptions & OpenOptions = {}) =>
  openBundle(await openSource(address, options), options);
const why = (address = at("b/"), options: OpenSourceOptions & OpenOptions = {}) => refusal(() => open(address, options));

describe("an address", () => {
  test("may be the folder's, with the slash or without, or the manifest's, with a query for every file", async () => {
    for (const address of [at("b"), at("b/"), at("b/s2s.json"), new URL(at("b/#part"))]) {
      const { files, target } = await open(address);
      expect(target!.size).toBe(20);
      expect(files.locate("encoder.onnx")).toBe(at("b/encoder.onnx"));
    }
    const queries: string[] = [];
    server.handlers.set("b/s2s.json", (request, response) => {
      queries.push(request.url ?? "");
      response.end(bundle["s2s.json"]);
    });
    server.handlers.set("b/source.json", (request, response) => {
      queries.push(request.url ?? "");
      response.end();
    });
    expect(await why(at("b?token=secret"))).not.toContain("secret");
    expect(queries).toEqual(["/b/s2s.json?token=secret", "/b/source.json?token=secret"]);
  });

  test("that is none is refused", async () => {
    expect(await why("http://")).toBe('"http://" is not an address');
    expect(await why("http://me:pass@127.0.0.1/b")).toMatch(/^http:\/\/127\.0\.0\.1\/b: an address may not hold a user name or password/);
    expect(await why("models/dates")).toBe('"models/dates" is not an address');
    vi.stubGlobal("location", { href: "file:///home/me/page.html", origin: "null", protocol: "file:" });
    try {
      expect(await why("models/dates")).toMatch(/^models\/dates: a page loads models over http or https alone/);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test("is relative to the page", async () => {
    vi.stubGlobal("location", new URL(at("site/page.html")));
    try {
      await expect(open("../b")).resolves.toMatchObject({ manifest });
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test("that redirects is followed, file by file", async () => {
    for (const name of Object.keys(bundle)) {
      server.handlers.set(`old/${name}`, (_, response) => void response.writeHead(302, { location: at(`b/${name}`) }).end());
    }
    await expect(open(at("old"))).resolves.toMatchObject({ manifest });
  });
});

describe("what is fetched", () => {
  test("is the manifest, then the vocabularies and the files of one variant", async () => {
    await open(at("b"));
    expect(server.requests[0]).toBe("b/s2s.json");
    const variant = ["int8.decoder.onnx", "int8.encoder.onnx", "int8.weights.safetensors"];
    expect(server.requests.slice(1).sort()).toEqual([...variant, "source.json", "target.json"].map((name) => `b/${name}`));
  });

  test("is reported over all files together, compressed or not", async () => {
    const variant = manifest.files.filter(({ name }) => /^int8|json$/.test(name));
    const total = variant.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const gzip of [false, true]) {
      server.gzip = gzip;
      const events: DownloadProgress[] = [];
      await open(at("b"), { onProgress: (progress) => void events.push(progress) });
      expect(new Set(events.map(({ file }) => file))).toEqual(new Set(variant.map(({ name }) => name)));
      expect(events.map(({ loaded }) => loaded)).toEqual(events.map(({ loaded }) => loaded).toSorted((a, b) => a - b));
      expect(events.at(-1)).toMatchObject({ phase: "download", loaded: total, total });
      expect(events.every((event) => event.total === total)).toBe(true);
    }
  });
});

describe("what a server does wrong is said with the address:", () => {
  const status =
    (code: number): Handler =>
    (_, response) =>
      void response.writeHead(code).end("sorry");
  const cases: [string, string, Handler, RegExp][] = [
    [
      "no manifest",
      "s2s.json",
      status(404),
      /s2s\.json: is not there \(HTTP 404\); is http:\/\/[^ ]+\/b\/ the address of a bundle \(in a site: bundle\/\)\?$/,
    ],
    ["a file gone", "source.json", status(410), /b\/source\.json: is not there \(HTTP 410\)/],
    ["no permission", "s2s.json", status(403), /the server does not allow it \(HTTP 403\)/],
    ["a failure", "int8.encoder.onnx", status(503), /int8\.encoder\.onnx: the server failed \(HTTP 503\); try again later/],
    ["another status", "s2s.json", status(418), /answered HTTP 418/],
    ["no content", "s2s.json", status(204), /s2s\.json: is not JSON \(damaged or truncated\)/],
    [
      "a web page instead",
      "s2s.json",
      (_, response) => void response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<!doctype html>"),
      /s2s\.json: the server sends a web page instead of the file; is .*\/b\/ the address of a bundle \(in a site: bundle\/\)\?/,
    ],
    ["a web page that is called none", "s2s.json", (_, response) => void response.end("<!doctype html>"), /s2s\.json: is not JSON/],
    [
      "a redirect to a web page",
      "s2s.json",
      (_, response) => void response.writeHead(302, { location: at("login?next=secret") }).end(),
      /s2s\.json \(redirected to http:[^ ]*\/login\): is not there/,
    ],
    [
      "redirects without end",
      "s2s.json",
      (_, response) => void response.writeHead(302, { location: at("b/s2s.json") }).end(),
      /s2s\.json: cannot be fetched \(redirect count exceeded\); is the address right/,
    ],
    [
      "a shorter file",
      "int8.encoder.onnx",
      (_, response) => void response.end(bundle["int8.encoder.onnx"]!.subarray(1)),
      /int8\.encoder\.onnx: has \d+ bytes instead of \d+, so it is truncated/,
    ],
    [
      "a body that ends before the length that was announced",
      "int8.encoder.onnx",
      (_, response) => {
        response.writeHead(200, { "content-length": bundle["int8.encoder.onnx"]!.length });
        response.write(bundle["int8.encoder.onnx"]!.subarray(0, 10), () => response.destroy());
      },
      /int8\.encoder\.onnx: cannot be fetched \(/,
    ],
    [
      "another file of the same size",
      "int8.encoder.onnx",
      (_, response) => void response.end(Buffer.alloc(bundle["int8.encoder.onnx"]!.length)),
      /int8\.encoder\.onnx: its SHA-256 is not the manifest's/,
    ],
    [
      "a compressed bomb",
      "source.json",
      (_, response) => void response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(2 ** 25))),
      /source\.json: is larger than \d+ bytes/,
    ],
    [
      "what is not the compression that it says",
      "source.json",
      (_, response) => void response.writeHead(200, { "content-encoding": "gzip" }).end("no gzip"),
      /source\.json: cannot be fetched \(/,
    ],
  ];
  test.each(cases)("%s", async (_, name, handler, message) => {
    server.handlers.set(`b/${name}`, handler);
    expect(await why()).toMatch(message);
  });

  test.each(["s2s.json", "int8.encoder.onnx"])("a %s without end is cut off at once", async (name) => {
    let closed: Promise<void> | undefined;
    server.handlers.set(`b/${name}`, (_, response) => {
      closed = new Promise((resolve) => void response.on("close", resolve));
      const piece = Buffer.alloc(2 ** 16, 0x20);
      const more = (): void => void (response.destroyed || (response.write(piece) ? setImmediate(more) : response.once("drain", more)));
      more();
    });
    expect(await why()).toMatch(/: is larger than \d+ bytes, which is the most that it may have/);
    await closed;
  });

  test("a server that is not there", async () => {
    const gone = await new FileServer().start();
    const address = gone.origin;
    await gone.stop();
    expect(await why(address)).toBe(`${address}/s2s.json: cannot be fetched (ECONNREFUSED); is the address right and the network up?`);
  });

  test("a page is told what else may be in the way", async () => {
    const failure = vi.fn(async () => {
      throw new TypeError("Failed to fetch");
    });
    vi.stubGlobal("fetch", failure);
    try {
      vi.stubGlobal("location", new URL("https://page.example/"));
      expect(await why("https://host.example/b")).toMatch(/\(Failed to fetch\); .*\(Access-Control-Allow-Origin\).*\(connect-src\)\?$/);
      expect(await why("https://page.example/b")).toMatch(/is the address right, is the network up, and does this page's policy allow it/);
      expect(await why("http://page.example/b")).toMatch(/a page with https cannot use an address with http$/);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test("a server that falls silent", async () => {
    const silent = new Promise<void>((resolve) => {
      server.handlers.set("b/s2s.json", (_, response) => {
        response.write("{");
        resolve();
      });
    });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const message = why();
      await silent;
      // The first bytes start the time anew, and they may still be under way.
      await new Promise((resolve) => setImmediate(resolve));
      await vi.advanceTimersByTimeAsync(120_000);
      expect(await message).toMatch(/the server has sent nothing for 60 seconds/);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("an abort", () => {
  test("beforehand asks for nothing", async () => {
    const reason = new Error("never mind");
    await expect(open(at("b"), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(server.requests).toEqual([]);
  });

  test.each(["s2s.json", "int8.weights.safetensors"])("during %s stops every download, with the signal's reason", async (name) => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const closed = new Promise((resolve) => {
      server.handlers.set(`b/${name}`, (_, response) => {
        response.on("close", resolve);
        response.write(" ", () => controller.abort(reason));
      });
    });
    await expect(open(at("b"), { signal: controller.signal })).rejects.toBe(reason);
    await closed;
  });

  test("by time is the timeout's own error", async () => {
    server.handlers.set("b/s2s.json", () => undefined);
    await expect(open(at("b"), { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("of one file by its failure ends the others", async () => {
    const closed = new Promise((resolve) => {
      server.handlers.set("b/int8.weights.safetensors", (_, response) => {
        response.on("close", resolve);
        response.write(" ");
      });
    });
    server.handlers.set("b/source.json", (_, response) => void response.writeHead(500).end());
    expect(await why()).toMatch(/source\.json: the server failed/);
    await closed;
  });
});

test("files that need too much memory together are not asked for", async () => {
  const files = manifest.files.map((file) => (file.name.startsWith("int8") ? { ...file, bytes: 2 ** 30 } : file));
  server.files.set("b/s2s.json", JSON.stringify({ ...manifest, files }));
  expect(await why()).toMatch(/\/b\/: needs 3221\d+ bytes of memory, and at most 2147483648 are used/);
  expect(server.requests).toEqual(["b/s2s.json"]);
});
