import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".md": "text/markdown",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

type Headers = Readonly<Record<string, string>>;
type Answer = { readonly status?: number; readonly type?: string; readonly headers?: Headers; readonly body: string | Uint8Array };

/** A static host of its own origin, which remembers what was asked of it and takes reports of violated policies. */
export class TestServer {
  /** Paths of all requests, in their order. */
  readonly requests: string[] = [];
  /** Violations that browsers have reported, pages' and workers'. */
  readonly violations: string[] = [];
  /** Answers nothing any more, as if the network were gone. */
  offline = false;
  /** Said with every answer. */
  headers: Headers = { "cache-control": "no-store" };
  readonly origin: string;
  readonly #server: Server;
  readonly #folders = new Map<string, string>();
  readonly #files = new Map<string, string>();
  readonly #answers = new Map<string, Answer>();

  private constructor(server: Server, host: string) {
    this.#server = server;
    this.origin = `http://${host}:${(server.address() as AddressInfo).port}`;
    server.on("request", (request, response) => void this.#serve(request, response));
  }

  static async start(host = "localhost"): Promise<TestServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return new TestServer(server, host);
  }

  /** Serves a folder's files below a path such as "/site/". */
  folder(path: string, folder: string): this {
    this.#folders.set(path, folder);
    return this;
  }

  /** Serves one file. */
  file(path: string, file: string): this {
    this.#files.set(path, file);
    return this;
  }

  /** Answers one path in this way; undefined goes back to what the folders hold. */
  answer(path: string, answer: Answer | undefined): this {
    if (answer) this.#answers.set(path, answer);
    else this.#answers.delete(path);
    return this;
  }

  /** A page with a content security policy in its headers, whose violations are reported here. Returns its address. */
  page(path: string, body: string, policy?: string, headers: Headers = {}): string {
    const head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">';
    const all = policy === undefined ? headers : { ...headers, "content-security-policy": `${policy}; report-uri /violations` };
    this.answer(path, {
      body: `<!doctype html><html lang="en"><head>${head}<title>Test</title></head><body>${body}</body></html>`,
      headers: all,
    });
    return this.origin + path;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.offline) return void request.socket.destroy();
    const path = decodeURIComponent((request.url ?? "/").replace(/[?#].*$/, ""));
    if (path === "/violations") {
      let text = "";
      for await (const chunk of request) text += String(chunk);
      const { "csp-report": report } = JSON.parse(text) as { "csp-report": Record<string, string> };
      this.violations.push(`${report["effective-directive"]} ${report["blocked-uri"]}`);
      response.writeHead(204).end();
      return;
    }
    if (path === "/favicon.ico") return void response.writeHead(204).end();
    this.requests.push(path);
    const { status = 200, type, headers, body } = this.#answers.get(path) ?? (await this.#file(path));
    const contentType =
      type ?? TYPES[extname(path)] ?? (typeof body === "string" ? "text/html; charset=utf-8" : "application/octet-stream");
    response.writeHead(status, { "content-type": contentType, ...this.headers, ...headers }).end(body);
  }

  async #file(path: string): Promise<Answer> {
    const file = this.#files.get(path) ?? this.#fileInFolders(path);
    if (file === undefined) return { status: 404, body: "nothing here" };
    return readFile(file).then(
      (body) => (extname(file) === ".html" ? { body, type: TYPES[".html"]! } : { body }),
      () => ({ status: 404, body: "nothing here" }),
    );
  }

  /** Of folders within each other the innermost. */
  #fileInFolders(path: string): string | undefined {
    const mount = [...this.#folders.keys()].filter((prefix) => path.startsWith(prefix)).toSorted((a, b) => b.length - a.length)[0];
    if (mount === undefined) return undefined;
    const name = path.slice(mount.length);
    return join(this.#folders.get(mount)!, normalize(name.endsWith("/") || name === "" ? `${name}index.html` : name));
  }
}
