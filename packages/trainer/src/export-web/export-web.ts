import { readFile, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readBundle, resolveBundle, UserError } from "@s2s/runtime";
import { isSeq2Seq } from "@s2s/runtime/manifest";
import { makeFolder, namesIn, textChunk, writeChunks } from "../files.ts";
import { exportRun, refuseOwnFolder, type ExportResult } from "../export/export-run.ts";
import { checkExportOptions, type ExportOptions } from "../export/options.ts";
import { keepOthers, publishFolder } from "../export/publish.ts";
import { staged } from "../export/staging.ts";
import { DEMO_PAGE, demoPage } from "./demo-page.ts";
import { base64, bundleFiles, listedFiles, serviceWorker } from "./service-worker.ts";
import { SERVICE_WORKER, siteFiles } from "./site-files.ts";

const BUNDLE = "bundle";
/** With the service worker, what tells an exported site. */
const MARK = "s2s.js";

/**
 * Exports a model (see `exportRun`) as a folder for any static host: the bundle in `bundle/`, the custom element with all that it needs, and a demo
 * page that works without a network after a visit. It is there whole or not at all; an older one in its place is replaced.
 * @returns what `exportRun` does, with the files and bytes of the whole folder
 * @throws UserError also where the packages were not built for pages
 */
export async function exportWeb(path: string, options: ExportOptions): Promise<ExportResult> {
  if (options.singleFile === true) throw new UserError("a site holds its model as a bundle: leave either --web or --single-file out");
  checkExportOptions(options);
  const out = resolve(options.out);
  const from = await resolveBundle(path);
  refuseOwnFolder(path, from, out);
  await refuseForeignFolder(out);
  const { task, model } = (await readBundle(from)).manifest;
  const common = await siteFiles(options.trainable === true && isSeq2Seq(model));
  return staged(out, async (next) => {
    const bundle = join(next, BUNDLE);
    await rm(next, { recursive: true, force: true });
    await makeFolder(next);
    const { manifest, report } = await exportRun(path, { ...options, out: bundle });
    const kept = await bundleFiles(bundle, BUNDLE, manifest);
    for (const { name, path: from, early } of common) {
      const content = await readFile(from);
      const written = name === DEMO_PAGE ? textChunk(demoPage(String(content), task)) : [content];
      const { sha256 } = await writeChunks(join(next, name), written);
      kept.set(name, { sha256: base64(sha256), early });
    }
    await writeChunks(join(next, SERVICE_WORKER), textChunk(await serviceWorker(kept)));
    const files = [...kept.keys(), SERVICE_WORKER];
    const sizes = await Promise.all(files.map(async (name) => (await stat(join(next, name))).size));
    options.signal?.throwIfAborted();
    await publishFolder(next, out, keepOthersOfSite);
    return { manifest, report: { ...report, files, bytes: sizes.reduce((sum, size) => sum + size, 0) } };
  });
}

async function refuseForeignFolder(folder: string): Promise<void> {
  const names = await namesIn(folder);
  if (names.length > 0 && !(names.includes(MARK) && names.includes(SERVICE_WORKER))) {
    throw new UserError(`${folder}: is not empty and holds no exported site (${names[0]}); give a new or an empty folder`);
  }
}

/** What somebody else put there (a page of one's own, a model card) moves on to the new site. */
async function keepOthersOfSite(old: string, now: string): Promise<void> {
  await keepOthers(old, now, filesOfSite);
  await keepOthers(join(old, BUNDLE), join(now, BUNDLE));
}

/** The names in a folder that an export has written; the names of scripts change from version to version. */
async function filesOfSite(folder: string): Promise<Set<string>> {
  const names = await namesIn(folder);
  const paths = names.includes(SERVICE_WORKER) ? listedFiles(await readFile(join(folder, SERVICE_WORKER), "utf8")) : [];
  return new Set([SERVICE_WORKER, BUNDLE, ...paths]);
}
