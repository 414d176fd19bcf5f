import type { BundleFiles } from "../bundle.ts";
import { UserError } from "../errors.ts";
import { openAddress } from "./address.ts";
import type { Content } from "./given-files.ts";
import type { SourceOptions } from "./progress.ts";

/**
 * What a model can be loaded from: a path (Node), an http or https address (in a page also one relative to it) of a bundle's folder, its manifest or a
 * single .onnx file; the content of one .onnx file; the files of a bundle by their names or paths, or as a folder upload gives them.
 */
export type BundleSource = string | URL | Content | Readonly<Record<string, Content>> | ArrayLike<File>;

export interface OpenSourceOptions extends SourceOptions {
  /** Opens a path of the machine's own file system, where the platform has one. */
  readonly openPath?: ((path: string | URL) => Promise<BundleFiles>) | undefined;
}

/**
 * Opens a bundle's files, wherever they are; `openBundle` reads and checks them.
 * @throws UserError when there is no bundle
 */
export async function openSource(source: BundleSource, options: OpenSourceOptions = {}): Promise<BundleFiles> {
  options.signal?.throwIfAborted();
  if (typeof source === "string" || source instanceof URL) return openText(source, options);
  if (typeof source !== "object" || source === null) {
    throw new UserError(`a model is loaded from a path, an address or files, not from ${source === null ? "null" : typeof source}`);
  }
  // Most pages load from an address and need nothing of this.
  const { openContent, openGivenFiles } = await import("./given-files.ts");
  if (isContent(source)) return openContent(nameOf(source), source, options.signal);
  return openGivenFiles(contentsByPath(source), options);
}

async function openText(source: string | URL, options: OpenSourceOptions): Promise<BundleFiles> {
  const text = String(source);
  if (/^https?:/i.test(text)) return openAddress(parseAddress(text), options);
  if (options.openPath) return options.openPath(source);
  const url = parseAddress(text, globalThis.document?.baseURI ?? globalThis.location?.href);
  if (/^https?:$/.test(url.protocol)) return openAddress(url, options);
  throw new UserError(`${text.slice(0, 200)}: a page loads models over http or https alone; serve its folder, such as with s2s serve`);
}

function parseAddress(text: string, base?: string): URL {
  if (!URL.canParse(text, base)) throw new UserError(`${JSON.stringify(text.slice(0, 200))} is not an address`);
  const url = new URL(text, base);
  if (url.username === "" && url.password === "") return url;
  throw new UserError(`${url.origin}${url.pathname}: an address may not hold a user name or password; browsers and Node refuse them`);
}

function isContent(value: object): value is Content {
  return value instanceof Blob || value instanceof ArrayBuffer || value instanceof Uint8Array;
}

const nameOf = (content: Content): string => (content instanceof Blob && "name" in content ? String(content.name) : "the given file");

function contentsByPath(source: Readonly<Record<string, Content>> | ArrayLike<File>): Map<string, Content> {
  const entries: [string, unknown][] = isList(source)
    ? Array.from(source, (file) => [file?.webkitRelativePath || file?.name, file])
    : Object.entries(source);
  for (const [path, content] of entries) {
    if (typeof content !== "object" || content === null || !isContent(content))
      throw new UserError(`${String(path).slice(0, 200)}: is no file's content; give a Blob, an ArrayBuffer or a Uint8Array`);
  }
  return new Map(entries as [string, Content][]);
}

function isList(source: object): source is ArrayLike<File> {
  return Symbol.iterator in source && "length" in source;
}
