import type { BundleFiles } from "../bundle.ts";
import { UserError } from "../errors.ts";
import type { FileInfo } from "../manifest.ts";
import type { SourceOptions } from "./progress.ts";

/** Of all files in memory together: ONNX Runtime copies them, and WebAssembly has 4 GiB for everything. */
export const MAX_HELD_BYTES = 2 ** 31;

/** Where files that are held in memory come from. */
export interface Origin {
  locate(name: string): string;
  readManifest(maxBytes: number): Promise<Uint8Array>;
  /** A whole file that was checked. It reports its bytes as they come and stops at the signal. */
  load(file: FileInfo, signal: AbortSignal, onBytes: (bytes: number) => void): Promise<Uint8Array<ArrayBuffer>>;
  settle?(files: readonly FileInfo[]): Promise<void>;
}

/** Files that are loaded side by side, once each, and then held in memory. */
export function holdFiles(origin: Origin, { signal, onProgress }: Pick<SourceOptions, "signal" | "onProgress"> = {}): BundleFiles {
  const held = new Map<string, Uint8Array<ArrayBuffer>>();
  async function fetch(files: readonly FileInfo[]): Promise<void> {
    const missing = files.filter(({ name }) => !held.has(name));
    const total = missing.reduce((sum, { bytes }) => sum + bytes, 0);
    requireRoom(origin.locate(""), total + [...held.values()].reduce((sum, { length }) => sum + length, 0));
    let loaded = 0;
    await together(missing, signal, async (file, stop) => {
      const bytes = await origin.load(file, stop, (count) => {
        loaded += count;
        onProgress?.({ phase: "download", file: file.name, loaded, total });
      });
      held.set(file.name, bytes);
    });
  }
  return {
    locate: (name) => origin.locate(name),
    readManifest: (maxBytes) => origin.readManifest(maxBytes),
    fetch,
    async read(file) {
      await fetch([file]);
      return held.get(file.name) as Uint8Array<ArrayBuffer>;
    },
    settle: async (files) => origin.settle?.(files),
  };
}

function requireRoom(where: string, bytes: number): void {
  if (bytes <= MAX_HELD_BYTES) return;
  throw new UserError(`${where}: needs ${bytes} bytes of memory, and at most ${MAX_HELD_BYTES} are used; use a smaller model or precision`);
}

/** The first failure ends the others: nothing goes on in the background. */
async function together<T>(
  items: readonly T[],
  signal: AbortSignal | undefined,
  action: (item: T, stop: AbortSignal) => Promise<void>,
): Promise<void> {
  const others = new AbortController();
  const forward = () => others.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", forward);
  try {
    await Promise.all(items.map((item) => action(item, others.signal)));
  } catch (error) {
    others.abort();
    throw error;
  } finally {
    signal?.removeEventListener("abort", forward);
  }
}
