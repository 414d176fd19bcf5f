import { createReadStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { fileKind } from "./content-types.ts";
import { chooseEncoding, CompressedFiles } from "./encodings.ts";
import { type FindFile, notFound, pathParts, type SiteFile } from "./site-files.ts";

/**
 * What a page needs that runs a model and nothing else: own files, and leave to compile wasm. The demo page is served with it to show, and to
 * keep it true, that nothing more is needed.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** Any page may embed what lies in a site. */
export const EMBEDDABLE = { "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin" } as const;

/** Sends the files of a site. */
export class StaticFiles {
  readonly #find: FindFile;
  readonly #compressed = new CompressedFiles();

  constructor(find: FindFile) {
    this.#find = find;
  }

  /** Answers GET and HEAD. @throws HttpError 404 */
  async send(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const file = await this.#find(pathParts(request.url ?? ""));
    if (file === undefined) throw notFound();
    const kind = fileKind(file.path);
    // One validator for all encodings of a file: a weak one may say so (RFC 9110, 8.8.1).
    const etag = `W/"${file.version}"`;
    for (const [name, value] of Object.entries(commonHeaders(kind.type, etag))) response.setHeader(name, value);
    if (kind.compressible) response.setHeader("Vary", "Accept-Encoding");
    if (isCurrent(request.headers["if-none-match"], etag)) {
      response.writeHead(304).end();
      return;
    }
    const encoding = kind.compressible && !file.content ? chooseEncoding(request.headers["accept-encoding"]) : undefined;
    const compressed = encoding && (await this.#compressed.get(file.path, file.version, file.bytes, encoding));
    if (encoding && compressed) response.setHeader("Content-Encoding", encoding);
    response.writeHead(200, { "Content-Length": compressed?.length ?? file.bytes });
    if (request.method === "HEAD") response.end();
    else if (compressed ?? file.content) response.end(compressed ?? file.content);
    else await sendFile(file, response);
  }
}

/** A browser asks each time whether a file has changed, so that an update is noticed. */
function commonHeaders(type: string, etag: string): Readonly<Record<string, string>> {
  return {
    "Content-Type": type,
    ETag: etag,
    "Cache-Control": "no-cache",
    "Accept-Ranges": "none",
    ...(type.startsWith("text/html") && { "Content-Security-Policy": PAGE_POLICY, "Referrer-Policy": "no-referrer" }),
  };
}

function isCurrent(held: string | undefined, etag: string): boolean {
  if (held === undefined) return false;
  return held.trim() === "*" || held.split(",").some((each) => each.trim().replace(/^W\//, "") === etag.slice(2));
}

async function sendFile({ path, bytes }: SiteFile, response: ServerResponse): Promise<void> {
  if (bytes === 0) {
    response.end();
    return;
  }
  try {
    // To the size that was announced, should the file grow meanwhile.
    await pipeline(createReadStream(path, { end: bytes - 1 }), response);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
}
