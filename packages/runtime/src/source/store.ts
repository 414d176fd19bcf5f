import { readBody } from "./body.ts";

/**
 * Files that stay in the browser from visit to visit (its Cache API). Where the browser has none (http on another host than localhost), refuses it
 * (private mode, a sandboxed frame) or has no room, nothing is kept and nothing fails. Node has none: there a model that is used again is
 * downloaded to a folder, whose files ONNX Runtime maps into memory by itself.
 */
export interface Store {
  /** What was kept, if it is whole and at most `maxBytes` long. */
  read(key: string, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | undefined>;
  write(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Drops the files whose key is old. */
  prune(isOld: (key: string) => boolean): Promise<void>;
}

const NOTHING: Store = { read: async () => undefined, write: async () => undefined, prune: async () => undefined };

/** @param name one of the browser's caches, so that what is pruned in one stays in another */
export async function openStore(name: string, use: boolean): Promise<Store> {
  const cache = use ? await attempt(() => globalThis.caches.open(name)) : undefined;
  if (cache === undefined) return NOTHING;
  return {
    read: (key, maxBytes) =>
      attempt(async () => {
        const response = await cache.match(key);
        const bytes = response && (await readBody(key, response.body, maxBytes));
        return bytes?.length === Number(response?.headers.get("content-length")) ? bytes : undefined;
      }),
    write: (key, bytes) =>
      attempt(async () => {
        const headers = { "content-type": "application/octet-stream", "content-length": String(bytes.length) };
        await cache.put(key, new Response(bytes, { headers }));
      }),
    prune: (isOld) =>
      attempt(async () => {
        const old = (await cache.keys()).filter(({ url }) => isOld(url));
        await Promise.all(old.map((request) => cache.delete(request)));
      }),
  };
}

/** A cache only ever helps: whatever it throws, work goes on without. */
async function attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch {
    return undefined;
  }
}

/** The key of one version of a file. Its query, often a token that changes, is no part of it. */
export function versionKey(url: URL, version: string): string {
  return `${url.origin}${url.pathname}?s2s=${encodeURIComponent(version)}`;
}
