import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A static web server on a free port of this machine, whose answers a test can spoil. */
export class FileServer {
  /** What it serves, by path without the first slash. */
  readonly files = new Map<string, Uint8Array | string>();
  /** Answers instead of the file at a path. */
  readonly handlers = new Map<string, Handler>();
  /** Paths, in the order in which they were asked for. */
  readonly requests: string[] = [];
  /** Bytes of bodies that were sent; a 304 sends none. */
  sent = 0;
  gzip = false;
  readonly #server: Server;
  #port = 0;

  constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** On the port of last time where there was one. */
  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  forget(): void {
    this.requests.length = 0;
    this.sent = 0;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? "/", this.origin).pathname.slice(1);
    this.requests.push(path);
    const handler = this.handlers.get(path);
    if (handler) return handler(request, response);
    const file = this.files.get(path);
    if (file === undefined) return void response.writeHead(404).end("no such file");
    const content = Buffer.from(file as Uint8Array);
    const body = this.gzip ? gzipSync(content) : content;
    const headers = { etag: `"${createHash("sha256").update(content).digest("hex")}"`, "content-length": body.length };
    this.sent += body.length;
    response.writeHead(200, this.gzip ? { ...headers, "content-encoding": "gzip" } : headers).end(body);
  }
}
