import type { BundleFiles } from "../bundle.ts";
import { MANIFEST_FILE, type FileInfo } from "../manifest.ts";
import { hasContent, requireContent } from "./check-file.ts";
import { download, type DownloadOptions, showAddress, Unreachable } from "./download.ts";
import { holdFiles, MAX_HELD_BYTES } from "./held-files.ts";
import type { SourceOptions } from "./progress.ts";
import { openStore, type Store, versionKey } from "./store.ts";

/**
 * A bundle on a web server: the address of its folder, of its manifest or of a single .onnx file.
 *
 * The manifest is asked for at every visit, so that an update is noticed; offline the last one serves. Its files are kept under their checksums: what
 * has not changed is not fetched again, whatever else has. Of a single file the browser's HTTP cache knows whether it has changed.
 */
export async function openAddress(address: URL, options: SourceOptions = {}): Promise<BundleFiles> {
  const url = new URL(address);
  url.hash = "";
  if (url.pathname.endsWith(".onnx")) return openSingle(url, options);
  if (!url.pathname.endsWith(`/${MANIFEST_FILE}`) && !url.pathname.endsWith("/")) url.pathname += "/";
  return openFolder(url, options);
}

async function openFolder(base: URL, options: SourceOptions): Promise<BundleFiles> {
  const store = await openStore("s2s-bundles", options.cache ?? true);
  const urlOf = (name: string): URL => {
    const url = new URL(`./${name}`, base);
    url.search = base.search;
    return url;
  };
  const keyOf = ({ name, sha256 }: FileInfo): string => versionKey(urlOf(name), sha256);
  const locate = (name: string): string => showAddress(urlOf(name));
  const manifestUrl = urlOf(MANIFEST_FILE);
  const writes: Promise<void>[] = [];
  let manifest: Uint8Array<ArrayBuffer> | undefined;

  async function readKept(file: FileInfo): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const bytes = await store.read(keyOf(file), file.bytes);
    return bytes?.length === file.bytes && (await hasContent(file, bytes)) ? bytes : undefined;
  }

  return holdFiles(
    {
      locate,
      async readManifest(maxBytes) {
        manifest = await downloadOrKept(manifestUrl, store, { maxBytes, signal: options.signal });
        return manifest;
      },
      async load(file, signal, onBytes) {
        const kept = await readKept(file);
        if (kept !== undefined) {
          onBytes(kept.length);
          return kept;
        }
        const bytes = await download(urlOf(file.name), { maxBytes: file.bytes, signal, onBytes });
        await requireContent(locate(file.name), file, bytes);
        writes.push(store.write(keyOf(file), bytes));
        return bytes;
      },
      /** The manifest comes last, so that what is kept is always whole, and only then goes what it does not list. */
      async settle(files) {
        await Promise.all(writes);
        if (manifest === undefined) return;
        await store.write(manifestUrl.href, manifest);
        const current = new Set([manifestUrl.href, ...files.map(keyOf)]);
        await store.prune((key) => showAddress(new URL(".", key)) === locate("") && !current.has(key));
      },
    },
    options,
  );
}

async function openSingle(url: URL, { cache = true, signal, onProgress }: SourceOptions): Promise<BundleFiles> {
  const store = await openStore("s2s-models", cache);
  const file = url.pathname.slice(url.pathname.lastIndexOf("/") + 1);
  let loaded = 0;
  const bytes = await downloadOrKept(url, store, {
    maxBytes: MAX_HELD_BYTES,
    signal,
    onBytes(count, announced) {
      loaded += count;
      // A server of another origin may hide that the body is compressed, and then it is longer than was announced.
      onProgress?.({ phase: "download", file, loaded, total: announced !== undefined && loaded <= announced ? announced : undefined });
    },
  });
  const { openModelBytes } = await import("./single-file.ts");
  const files = await openModelBytes(showAddress(url), bytes);
  const settle = async (): Promise<void> => {
    await store.write(url.href, bytes);
    // The query, often a token that changes, would leave a copy of the model for each.
    await store.prune((key) => key !== url.href && showAddress(new URL(key)) === showAddress(url));
  };
  return { ...files, settle };
}

async function downloadOrKept(url: URL, store: Store, options: DownloadOptions): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await download(url, options);
  } catch (error) {
    const kept = error instanceof Unreachable ? await store.read(url.href, options.maxBytes) : undefined;
    if (kept === undefined) throw error;
    return kept;
  }
}
