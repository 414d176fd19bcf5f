import type { BundleFiles } from "../bundle.ts";
import { decodeText } from "../decode-text.ts";
import { UserError } from "../errors.ts";
import { MANIFEST_FILE, type FileInfo } from "../manifest.ts";
import type { GraphSource } from "../ort.ts";
import { parseManifest } from "../parse-manifest.ts";
import { requireContent } from "./check-file.ts";
import { type RandomAccess, readModelMetadata } from "./model-metadata.ts";

/** Where a model in one file has its manifest and tokenisers: keys of the ONNX file's metadata. */
export const METADATA_KEYS = { manifest: "s2s.manifest", source: "s2s.tokenizer.source", target: "s2s.tokenizer.target" } as const;

/** A model in one .onnx file whose bytes are in memory. @throws UserError */
export async function openModelBytes(where: string, bytes: Uint8Array): Promise<BundleFiles> {
  const file = { size: bytes.length, read: async (offset: number, end: number) => bytes.subarray(offset, end) };
  return openModel(where, file, { bytes });
}

/**
 * A model in one .onnx file. Tokenisers have checksums; the graph and its weights cannot have one, as the manifest is in the same file.
 * @param graph what ONNX Runtime opens
 * @throws UserError when the file is damaged or has no model of s2s
 */
export async function openModel(where: string, file: RandomAccess, graph: GraphSource): Promise<BundleFiles> {
  const metadata = await readModelMetadata(where, file);
  const entry = (key: string): Uint8Array => {
    const bytes = metadata.get(key);
    if (bytes !== undefined) return bytes;
    throw new UserError(
      `${where}: holds no ${key} in its metadata; give the bundle's folder, or a file that s2s export --single-file wrote`,
    );
  };
  const text = entry(METADATA_KEYS.manifest);
  const manifestName = `${where} (${METADATA_KEYS.manifest})`;
  const { source, target } = parseManifest(decodeText(text, manifestName), manifestName);
  const keys = new Map<string, string>([
    [MANIFEST_FILE, METADATA_KEYS.manifest],
    ...(target ? [[target.file, METADATA_KEYS.target] as const] : []),
    ...(source ? [[source.file, METADATA_KEYS.source] as const] : []),
  ]);
  const locate = (name: string): string => (keys.has(name) ? `${where} (${keys.get(name)})` : where);
  async function read(info: FileInfo): Promise<Uint8Array<ArrayBuffer>> {
    const key = keys.get(info.name);
    if (key === undefined) throw new UserError(`${where}: its manifest lists ${info.name}, which is not in it; export it again`);
    const bytes = entry(key).slice();
    await requireContent(locate(info.name), info, bytes);
    return bytes;
  }
  return {
    single: graph,
    locate,
    readManifest: async () => text,
    fetch: async (files) => void (await Promise.all(files.map(read))),
    read,
  };
}
