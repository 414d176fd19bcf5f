import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@s2s/runtime";
import { makeFolder, writeFileAtomically } from "@s2s/trainer";

/**
 * Writes files (name -> content) into a folder that is made where it is missing. A file that is there with the same content is left
 * alone, so that a second run does nothing.
 *
 * @returns the paths, in the order given
 * @throws UserError before anything is written where a file is there with other content
 */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<string[]> {
  await makeFolder(folder);
  const entries = Object.entries(files).map(([name, content]) => ({ path: join(folder, name), content }));
  const missing: typeof entries = [];
  for (const entry of entries) {
    const found = await readIfPresent(entry.path);
    if (found === undefined) missing.push(entry);
    else if (found !== entry.content)
      throw new UserError(`${entry.path}: is there already with other content: remove it or choose another folder`);
  }
  for (const { path, content } of missing) await writeFileAtomically(path, [Buffer.from(content)]);
  return entries.map(({ path }) => path);
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
