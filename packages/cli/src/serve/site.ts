import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { findModelFile, readBundle, resolveBundle } from "@s2s/runtime";
import { isSeq2Seq, type Manifest, MANIFEST_FILE } from "@s2s/runtime/manifest";
import { bundleFiles, DEMO_PAGE, demoPage, type KeptFile, SERVICE_WORKER, serviceWorker, siteFiles } from "@s2s/trainer";
import { type FindFile, folderFiles, type SiteFile } from "./site-files.ts";

/** Where the pages of an exported site, and ours, look for the model. */
const BUNDLE = "bundle";
/** The name of a model in one file there, whatever it is called on the disk. */
const MODEL_FILE = "generate.onnx";

/** What a folder is served as. */
export interface Site {
  readonly find: FindFile;
  /** The model's folder, or its one file. */
  readonly model: string;
}

/**
 * The site of a folder that `s2s export --web` wrote, as it is; for a bundle, a run or a model in one file the same site around it, from the installed packages.
 * @throws UserError where there is no model
 */
export async function openSite(folder: string): Promise<Site> {
  if ((await isFile(join(folder, DEMO_PAGE))) && (await isFile(join(folder, BUNDLE, MANIFEST_FILE)))) {
    return { find: folderFiles(folder), model: join(folder, BUNDLE) };
  }
  const file = await findModelFile(folder);
  const model = file ?? (await resolveBundle(folder));
  return { find: await (file === undefined ? siteAroundBundle(model) : siteAroundFile(model)), model };
}

async function siteAroundBundle(model: string): Promise<FindFile> {
  const { manifest } = await readBundle(model);
  const files = await filesAround(await bundleFiles(model, BUNDLE, manifest), manifest);
  return findIn(files, folderFiles(model));
}

async function siteAroundFile(model: string): Promise<FindFile> {
  const { manifest } = await readBundle(model);
  const src = `${BUNDLE}/${MODEL_FILE}`;
  const files = await filesAround(new Map([[src, { sha256: await sha256(model), early: true }]]), manifest, src);
  const beside = folderFiles(dirname(model));
  return findIn(files, async (parts) => (parts.join("/") === MODEL_FILE ? beside([basename(model)]) : undefined));
}

function findIn(files: ReadonlyMap<string, SiteFile>, inBundle: FindFile): FindFile {
  return async (parts) => {
    const [first, ...rest] = parts;
    return first === BUNDLE ? inBundle(rest) : files.get(parts.join("/") || DEMO_PAGE);
  };
}

/**
 * The files of a site but the model's.
 * @param ofModel what the service worker keeps of the model
 * @param src its address, where it is no bundle
 */
async function filesAround(
  ofModel: ReadonlyMap<string, KeptFile>,
  { task, model, trainable }: Manifest,
  src?: string,
): Promise<Map<string, SiteFile>> {
  const files = new Map<string, SiteFile>();
  const kept = new Map(ofModel);
  for (const { name, path, early } of await siteFiles(trainable !== undefined && isSeq2Seq(model))) {
    if (name === DEMO_PAGE) {
      const page = inMemory(name, demoPage(await readFile(path, "utf8"), task, src));
      files.set(name, page);
      kept.set(name, { sha256: createHash("sha256").update(page.content).digest("base64"), early });
      continue;
    }
    const { size, mtimeMs } = await stat(path);
    files.set(name, { path, bytes: size, version: `${size.toString(36)}-${Math.round(mtimeMs).toString(36)}` });
    kept.set(name, { sha256: await sha256(path), early });
  }
  files.set(SERVICE_WORKER, inMemory(SERVICE_WORKER, await serviceWorker(kept)));
  return files;
}

function inMemory(path: string, text: string): SiteFile & { readonly content: Buffer } {
  const content = Buffer.from(text);
  return { path, bytes: content.length, version: createHash("sha256").update(content).digest("base64url"), content };
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
