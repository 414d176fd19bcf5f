import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "@s2s/runtime";
import { makeFolder, writeFileAtomically } from "@s2s/trainer";
import type { RecipeFile } from "./recipe.ts";

/** Each write waits for the disk; together they wait once. */
const AT_ONCE = 32;

/**
 * Writes files into a folder that is made where it is missing. A file that is there with the same content is left alone, so that a second
 * run does nothing.
 *
 * @returns the paths, in the order given
 * @throws UserError before anything is written where a file is there with other content
 */
export async function writeFiles(folder: string, files: readonly RecipeFile[]): Promise<string[]> {
  await makeFolder(folder);
  const entries = files.map(({ name, content }) => ({ path: join(folder, name), content: Buffer.from(content as string) }));
  const missing: typeof entries = [];
  for (const entry of entries) {
    const found = await readIfPresent(entry.path);
    if (found === undefined) missing.push(entry);
    else if (!found.equals(entry.content))
      throw new UserError(`${entry.path}: is there already with other content: remove it or choose another folder`);
  }
  for (const parent of new Set(missing.map(({ path }) => dirname(path)))) await makeFolder(parent);
  for (let at = 0; at < missing.length; at += AT_ONCE)
    await Promise.all(missing.slice(at, at + AT_ONCE).map(({ path, content }) => writeFileAtomically(path, [content])));
  return entries.map(({ path }) => path);
}

async function readIfPresent(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
