import type { BundleFiles } from "../bundle.ts";
import { UserError } from "../errors.ts";
import { MANIFEST_FILE } from "../manifest.ts";
import { requireContent, requireSize } from "./check-file.ts";
import { holdFiles, MAX_HELD_BYTES } from "./held-files.ts";
import type { SourceOptions } from "./progress.ts";
import { openModelBytes } from "./single-file.ts";

/** A file's content. Bytes are used as they are and must not change. */
export type Content = Blob | Uint8Array | ArrayBuffer;

/**
 * Files that the caller has, by their paths: those of a bundle in any folder of them, or one .onnx file.
 * @throws UserError when there is no bundle among them, or more than one
 */
export async function openGivenFiles(
  files: ReadonlyMap<string, Content>,
  options: Pick<SourceOptions, "signal" | "onProgress"> = {},
): Promise<BundleFiles> {
  const manifests = shallowest([...files.keys()].filter((path) => baseName(path) === MANIFEST_FILE));
  if (manifests.length > 1) throw new UserError(`the files hold several bundles (${manifests.slice(0, 3).join(", ")}); give one of them`);
  const [manifest] = manifests;
  if (manifest === undefined) return openSingle(files, options.signal);
  const folder = manifest.slice(0, -MANIFEST_FILE.length);
  const locate = (name: string): string => folder + name || "the given files";
  const find = (name: string): Content => {
    const content = files.get(folder + name);
    if (content === undefined) throw new UserError(`${locate(name)}: is missing among the given files; give all files of the bundle`);
    return content;
  };
  return holdFiles(
    {
      locate,
      async readManifest(maxBytes) {
        const content = find(MANIFEST_FILE);
        if (sizeOf(content) > maxBytes) throw tooLarge(manifest, content, maxBytes);
        return bytesOf(manifest, content);
      },
      async load(info, signal, onBytes) {
        const where = locate(info.name);
        const content = find(info.name);
        requireSize(where, info, sizeOf(content));
        const bytes = await bytesOf(where, content);
        await requireContent(where, info, bytes);
        signal.throwIfAborted();
        onBytes(bytes.length);
        return bytes;
      },
    },
    options,
  );
}

async function openSingle(files: ReadonlyMap<string, Content>, signal: AbortSignal | undefined): Promise<BundleFiles> {
  const models = [...files].filter(([path]) => path.endsWith(".onnx"));
  const [model] = models;
  if (model === undefined || models.length > 1)
    throw new UserError(`the given files hold no ${MANIFEST_FILE}; give all files of a bundle, or one .onnx file`);
  return openContent(...model, signal);
}

/** One .onnx file that holds everything. @throws UserError */
export async function openContent(where: string, content: Content, signal?: AbortSignal): Promise<BundleFiles> {
  if (sizeOf(content) > MAX_HELD_BYTES) throw tooLarge(where, content, MAX_HELD_BYTES);
  const bytes = await bytesOf(where, content);
  signal?.throwIfAborted();
  return openModelBytes(where, bytes);
}

function tooLarge(where: string, content: Content, maxBytes: number): UserError {
  return new UserError(`${where}: is too large (${sizeOf(content)} bytes, at most ${maxBytes} are read)`);
}

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

function shallowest(paths: readonly string[]): string[] {
  const depths = paths.map((path) => path.split("/").length);
  return paths.filter((_, i) => depths[i] === Math.min(...depths));
}

const sizeOf = (content: Content): number => (content instanceof Blob ? content.size : content.byteLength);

async function bytesOf(where: string, content: Content): Promise<Uint8Array<ArrayBuffer>> {
  if (content instanceof ArrayBuffer) return new Uint8Array(content);
  // WebCrypto takes no memory that is shared.
  if (content instanceof Uint8Array) return content.buffer instanceof ArrayBuffer ? (content as Uint8Array<ArrayBuffer>) : content.slice();
  try {
    return new Uint8Array(await content.arrayBuffer());
  } catch (error) {
    throw new UserError(`${where}: cannot be read (${(error as Error).message}); has the file been moved or changed?`, { cause: error });
  }
}
