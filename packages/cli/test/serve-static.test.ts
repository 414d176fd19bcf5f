import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { chooseEncoding } from "../src/serve/encodings.ts";
import { ask, raw, startServer, type TestServer } from "./support/server.ts";

const PAGE = `<!doctype html><p>${"hello ".repeat(100)}</p>`;
const WASM = Buffer.alloc(3 * 2 ** 20, "wasm");
const NOISE = randomBytes(2000);

let place: string;
let server: TestServer;

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "s2s-serve-"));
  const site = join(place, "site");
  await mkdir(join(site, "bundle"), { recursive: true });
  await mkdir(join(site, "sub"));
  await writeFile(join(site, "index.html"), PAGE);
  await writeFile(join(site, "sub", "index.html"), "sub");
  await writeFile(join(site, "s2s.js"), "export {};");
  await writeFile(join(site, "x.mjs"), "export {};");
  await writeFile(join(site, "x.wasm"), WASM);
  await writeFile(join(site, "noise.json"), NOISE);
  await writeFile(join(site, "empty.txt"), "");
  await writeFile(join(site, "bundle", "weights.safetensors"), NOISE);
  await writeFile(join(site, "a b%.txt"), "spaces");
  await writeFile(join(site, ".hidden"), "hidden");
  await writeFile(join(place, "secret.txt"), "secret");
  await symlink(join(place, "secret.txt"), join(site, "link.txt"));
  await symlink(place, join(site, "up"));
  await symlink(join(site, "s2s.js"), join(site, "inner.js"));
  server = await startServer(site);
});
afterAll(async () => {
  await server.close(0);
  await rm(place, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}) => ask(server.port, path, "GET", headers);

describe("files of a site", () => {
  it("say to a page of another origin that one is missing", async () => {
    const { status, headers } = await get("/bundle/none.onnx", { Origin: "https://elsewhere.test" });
    expect([status, headers["access-control-allow-origin"]]).toEqual([404, "*"]);
  });

  it("have their types, and headers that let any page embed them", async () => {
    const types = {
      "/": "text/html; charset=utf-8",
      "/index.html": "text/html; charset=utf-8",
      "/sub/": "text/html; charset=utf-8",
      "/s2s.js": "text/javascript; charset=utf-8",
      "/inner.js": "text/javascript; charset=utf-8",
      "/x.mjs?v=1": "text/javascript; charset=utf-8",
      "/x.wasm": "application/wasm",
      "/bundle/weights.safetensors": "application/octet-stream",
      "/a%20b%25.txt": "text/plain; charset=utf-8",
    };
    for (const [path, type] of Object.entries(types)) {
      const { status, headers } = await get(path);
      expect([path, status, headers["content-type"]]).toEqual([path, 200, type]);
      expect(headers).toMatchObject({
        "access-control-allow-origin": "*",
        "x-content-type-options": "nosniff",
        "cache-control": "no-cache",
      });
    }
    expect((await get("/bundle/weights.safetensors")).body).toEqual(NOISE);
    expect((await get("/empty.txt")).body).toHaveLength(0);
  });

  it("come with the strict policy where they are pages", async () => {
    const { headers } = await get("/");
    expect(headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'");
    expect((await get("/s2s.js")).headers["content-security-policy"]).toBeUndefined();
  });

  it("are not sent again while they are the same", async () => {
    const { etag = "" } = (await get("/")).headers;
    const again = await get("/", { "If-None-Match": `"other", ${etag}` });
    expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, etag]);
    expect((await get("/", { "If-None-Match": "*" })).status).toBe(304);
    await writeFile(join(place, "site", "index.html"), `${PAGE}!`);
    expect((await get("/", { "If-None-Match": etag })).body.toString()).toBe(`${PAGE}!`);
    await writeFile(join(place, "site", "index.html"), PAGE);
  });

  it("are compressed as the client likes, where that pays", async () => {
    const br = await get("/", { "Accept-Encoding": "gzip, br" });
    expect([br.headers["content-encoding"], brotliDecompressSync(br.body).toString()]).toEqual(["br", PAGE]);
    expect(br.headers.vary).toBe("Accept-Encoding");
    expect(br.headers["content-length"]).toBe(String(br.body.length));
    const zipped = await get("/", { "Accept-Encoding": "gzip;q=1, br;q=0.5" });
    expect([zipped.headers["content-encoding"], gunzipSync(zipped.body).toString()]).toEqual(["gzip", PAGE]);
    for (const accepted of ["", "identity", "br;q=0, gzip;q=0"]) {
      expect((await get("/", { "Accept-Encoding": accepted })).headers["content-encoding"], accepted).toBeUndefined();
    }
    for (const path of ["/noise.json", "/bundle/weights.safetensors"]) {
      expect((await get(path, { "Accept-Encoding": "br" })).headers["content-encoding"], path).toBeUndefined();
    }
  });

  it("are compressed in the background where they are large: nobody waits", async () => {
    expect((await get("/x.wasm", { "Accept-Encoding": "br" })).body.equals(WASM)).toBe(true);
    const compressed = await vi.waitFor(async () => {
      const reply = await get("/x.wasm", { "Accept-Encoding": "br" });
      expect(reply.headers["content-encoding"]).toBe("br");
      return reply;
    });
    expect(brotliDecompressSync(compressed.body).equals(WASM)).toBe(true);
  });

  it("are described by HEAD", async () => {
    const head = await ask(server.port, "/x.wasm", "HEAD");
    expect([head.status, head.headers["content-length"], head.body.length]).toEqual([200, String(WASM.length), 0]);
  });

  it("lie inside of the folder, whatever a request asks for", async () => {
    const outside = [
      "/../secret.txt",
      "/%2e%2e/secret.txt",
      "/%2E%2E%2Fsecret.txt",
      "/..%2fsecret.txt",
      "/sub/../../secret.txt",
      "/sub/%2e%2e/%2e%2e/secret.txt",
      "/..%5csecret.txt",
      "/sub%5c..%5c..%5csecret.txt",
      "/%252e%252e/secret.txt",
      "//secret.txt",
      "/c:/secret.txt",
      "/link.txt",
      "/up/secret.txt",
      "/up/",
      "/.hidden",
      "/index.html%00.txt",
      "/index.html/",
      "/sub",
      "/nothing",
      `/${"x".repeat(5000)}`,
    ];
    for (const path of outside)
      expect((await raw(server.port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)).slice(0, 12), path).toBe(
        "HTTP/1.1 404",
      );
    for (const target of ["http://127.0.0.1/index.html", "/%ff", "/%"]) {
      const reply = await raw(server.port, `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      expect(reply.slice(0, 12), target).toBe("HTTP/1.1 400");
    }
    expect(server.bugs).toEqual([]);
  });
});

describe("chooseEncoding", () => {
  it("reads Accept-Encoding as RFC 9110 has it", () => {
    expect(chooseEncoding(undefined)).toBeUndefined();
    expect(chooseEncoding("GZIP , deflate")).toBe("gzip");
    expect(chooseEncoding("*")).toBe("br");
    expect(chooseEncoding("*;q=0.5, br;q=0")).toBe("gzip");
    expect(chooseEncoding("br;q=nonsense")).toBeUndefined();
  });
});
