import { extname } from "node:path";

export interface FileKind {
  readonly type: string;
  /** Whether compression pays. */
  readonly compressible: boolean;
}

const text = (type: string): FileKind => ({ type: `${type}; charset=utf-8`, compressible: true });
const plain = (type: string, compressible = false): FileKind => ({ type, compressible });

const KINDS: Readonly<Record<string, FileKind>> = {
  ".html": text("text/html"),
  ".js": text("text/javascript"),
  ".mjs": text("text/javascript"),
  ".css": text("text/css"),
  ".md": text("text/markdown"),
  ".txt": text("text/plain"),
  ".json": text("application/json"),
  ".map": text("application/json"),
  ".webmanifest": text("application/manifest+json"),
  ".svg": text("image/svg+xml"),
  // Browsers compile wasm while it arrives only where it has this type.
  ".wasm": plain("application/wasm", true),
  // A graph repeats its names; weights lie in a file of their own.
  ".onnx": plain("application/octet-stream", true),
  ".png": plain("image/png"),
  ".ico": plain("image/x-icon"),
  ".woff2": plain("font/woff2"),
};

/** Content type of a file, by its name; what is not known is bytes. */
export const fileKind = (path: string): FileKind => KINDS[extname(path).toLowerCase()] ?? plain("application/octet-stream");
