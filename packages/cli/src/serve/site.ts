import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { readBundle, resolveBundle } from "@s2s/runtime";
import { MANIFEST_FILE } from "@s2s/runtime/manifest";
import { bundleFiles, SERVICE_WORKER, serviceWorker, siteFiles } from "@s2s/trainer";
import { type FindFile, folderFiles, type SiteFile } from "./site-files.ts";

/** Where the pages of an exported site, and ours, look for the model. */
const BUNDLE = "bundle";

/** What a folder is served as. */
export interface Site {
  readonly find: FindFile;
  /** The model's folder. */
  readonly model: string;
}

/**
 * The site of a folder that `s2s export --web` wrote, as it is; for a bundle or a run the same site around it, from the installed packages.
 * @throws UserError where there is no model
 */
export async function openSite(folder: string): Promise<Site> {
  if ((await isFile(join(folder, "index.html"))) && (await isFile(join(folder, BUNDLE, MANIFEST_FILE)))) {
    return { find: folderFiles(folder), model: join(folder, BUNDLE) };
  }
  const model = await resolveBundle(folder);
  return { find: await siteAround(model), model };
}

async function siteAround(model: string): Promise<FindFile> {
  const { manifest } = await readBundle(model);
  const common = await siteFiles(manifest.trainable !== undefined);
  const files = new Map<string, SiteFile>();
  const kept = await bundleFiles(model, BUNDLE, manifest);
  for (const { name, path, early } of common) {
    const { size, mtimeMs } = await stat(path);
    files.set(name, { path, bytes: size, version: `${size.toString(36)}-${Math.round(mtimeMs).toString(36)}` });
    kept.set(name, { sha256: await sha256(path), early });
  }
  const worker = Buffer.from(await serviceWorker(kept));
  const version = createHash("sha256").update(worker).digest("base64url");
  files.set(SERVICE_WORKER, { path: SERVICE_WORKER, bytes: worker.length, version, content: worker });
  const inBundle = folderFiles(model);
  return async (parts) => {
    const [first, ...rest] = parts;
    if (first === BUNDLE) return inBundle(rest);
    return files.get(parts.join("/") || "index.html");
  };
}

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest("base64");
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isFile(),
    () => false,
  );
}
