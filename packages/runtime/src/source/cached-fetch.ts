import { UserError } from "../errors.ts";
import { hasContent } from "./check-file.ts";
import { download, showAddress } from "./download.ts";
import { openStore, versionKey } from "./store.ts";

const MAX_BYTES = 256 * 2 ** 20;

export interface CachedFetchOptions {
  /** Of the file: another version is fetched again, and the older one dropped. */
  readonly version: string;
  /** Hexadecimal, where it is known. */
  readonly sha256?: string | undefined;
  /** Whether the browser may keep it (default true). */
  readonly cache?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: ((bytes: number, total: number | undefined) => void) | undefined;
}

/**
 * A file that belongs to no bundle, such as ONNX Runtime's wasm: from what an earlier visit kept or else from the network.
 * @throws UserError when it cannot be fetched, is larger than 256 MiB or has another checksum
 */
export async function cachedFetch(url: URL, options: CachedFetchOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { version, sha256, cache = true, signal, onBytes } = options;
  const store = await openStore("s2s-runtime", cache);
  const key = versionKey(url, version);
  const good = async (bytes: Uint8Array<ArrayBuffer>) => sha256 === undefined || hasContent({ sha256 }, bytes);
  const kept = await store.read(key, MAX_BYTES);
  if (kept !== undefined && (await good(kept))) return kept;
  const bytes = await download(url, { maxBytes: MAX_BYTES, signal, onBytes });
  if (!(await good(bytes)))
    throw new UserError(`${showAddress(url)}: is damaged or of another version; put the files of one version there`);
  await store.prune((kept) => kept.startsWith(versionKey(url, "")));
  await store.write(key, bytes);
  return bytes;
}
