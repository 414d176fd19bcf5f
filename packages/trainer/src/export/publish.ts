import { readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "@s2s/runtime";
import { MANIFEST_FILE } from "@s2s/runtime/manifest";
import { namesIn, sync, syncFolder, writing } from "../files.ts";
import { isOwnModel, SINGLE_FILE } from "./own-model.ts";

/** Where a folder is written before it takes the place of the older one, and where that goes meanwhile: names that nobody gives to a copy. */
export const nextOf = (folder: string): string => `${folder}.s2s-next`;
export const oldOf = (folder: string): string => `${folder}.s2s-old`;

/** Puts a written bundle into its place (see `publishFolder`); what somebody else put there stays. */
export async function publishBundle(from: string, to: string): Promise<void> {
  await publishFolder(from, to, keepOthers);
}

/**
 * Waits until a written folder is on the disk and puts it into its place. Folders cannot be exchanged in one step: after a kill in between, it is
 * missing, never half.
 * @param keep moves what is to stay from the old folder, or from one that a kill has left behind, to the new one
 */
export async function publishFolder(from: string, to: string, keep: (old: string, now: string) => Promise<void>): Promise<void> {
  const old = oldOf(to);
  await writing(to, async () => {
    await syncAll(from);
    // Left there by a kill in the middle of this.
    await keep(old, from);
    await rm(old, { recursive: true, force: true });
    await rename(to, old).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    });
    await rename(from, to);
    await keep(old, to);
    await syncFolder(dirname(to));
    await rm(old, { recursive: true, force: true });
  });
}

async function syncAll(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    await (entry.isDirectory() ? syncAll(path) : sync(path));
  }
  await syncFolder(folder);
}

/** @throws UserError where a bundle may not be written to `folder`, since something else is there */
export async function refuseForeignFolder(folder: string): Promise<void> {
  const names = await namesIn(folder);
  if (names.length > 0 && (await filesOfBundle(folder)).size === 0) {
    throw new UserError(`${folder}: is not empty and holds no bundle (${names[0]}); give a new or an empty folder`);
  }
}

/** What somebody else put beside the old files (a model card, notes) moves on to the new ones. */
export async function keepOthers(old: string, now: string, ownFiles = filesOfBundle): Promise<void> {
  const replaced = new Set([...(await namesIn(now)), ...(await ownFiles(old))]);
  for (const name of await namesIn(old)) if (!replaced.has(name)) await rename(join(old, name), join(now, name));
}

/** The files of the bundle in a folder; none where there is no bundle. Of a damaged one, whatever can be told. */
async function filesOfBundle(folder: string): Promise<Set<string>> {
  const names = await namesIn(folder);
  if (names.includes(MANIFEST_FILE)) {
    const text = await readFile(join(folder, MANIFEST_FILE), "utf8");
    return new Set([MANIFEST_FILE, ...listedNames(text)]);
  }
  return new Set(names.includes(SINGLE_FILE) && (await isOwnModel(join(folder, SINGLE_FILE))) ? [SINGLE_FILE] : []);
}

function listedNames(manifest: string): string[] {
  try {
    const { files } = JSON.parse(manifest) as { files: { name: string }[] };
    return files.map(({ name }) => name);
  } catch {
    return [];
  }
}
