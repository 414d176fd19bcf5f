import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { encodeWire } from "../wire.ts";
import type { Job } from "../workload.ts";
import { deferred } from "./deferred.ts";

/** What was posted back, or why nothing more is to be waited for. */
export interface Exchange {
  /** Where the other side finds its job: `job`, and below `bundle/` the bundle's files; it posts to `result`. */
  readonly address: string;
  /** The bytes of the result. */
  readonly result: Promise<Uint8Array>;
  close(): Promise<void>;
}

/** What lies below the address: paths of files, or content. */
export type Served = ReadonlyMap<string, string | Uint8Array>;

/** Answers beyond this are not those of a probe. */
const MOST_BYTES = 2 ** 31;

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** What a page that embeds a model has to allow at most. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";

/** A server on this machine alone, for one device and one job. Its address cannot be guessed by other pages. */
export async function serveJob(job: Job, files: Served): Promise<Exchange> {
  const secret = `/${randomUUID()}/`;
  const result = deferred<Uint8Array>();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (!path.startsWith(secret)) return send(response, 404);
    const name = decodeURIComponent(path.slice(secret.length));
    if (request.method === "POST" && name === "result") {
      readAll(request).then(
        (bytes) => {
          send(response, 204);
          result.resolve(bytes);
        },
        (error: unknown) => {
          send(response, 400);
          result.reject(error);
        },
      );
      return;
    }
    if (name === "job") return send(response, 200, "application/octet-stream", encodeWire(job));
    const found = files.get(name);
    if (request.method !== "GET" || found === undefined) return send(response, 404);
    const content = typeof found === "string" ? readFile(found) : Promise.resolve(found);
    content.then(
      (bytes) => send(response, 200, TYPES[extname(name)] ?? "application/octet-stream", bytes),
      () => send(response, 404),
    );
  });
  // A device is busy for longer than connections are kept by default, and would post its answer to a closed one.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}${secret}`,
    result: result.promise,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, status: number, type = "text/plain", body: Uint8Array | string = ""): void {
  response.writeHead(status, {
    "Content-Type": type,
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  });
  response.end(body);
}

async function readAll(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new Error(`the device's answer is larger than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
