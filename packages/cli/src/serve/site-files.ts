import { realpath, stat } from "node:fs/promises";
import { join, relative, sep, isAbsolute } from "node:path";
import { HttpError } from "./http-error.ts";

/** A file that may be sent. */
export interface SiteFile {
  /** Absolute, without links; of one that is nowhere on the disk its name. */
  readonly path: string;
  readonly bytes: number;
  /** Changes with the content. */
  readonly version: string;
  /** Where it is in memory alone. */
  readonly content?: Buffer;
}

/** Finds the file of a request; undefined where there is none. `parts` are those of the address, decoded; the last is empty for a folder. */
export type FindFile = (parts: readonly string[]) => Promise<SiteFile | undefined>;

/**
 * The parts of a request's path, decoded one by one, so that an encoded slash cannot make two of one.
 * @throws HttpError 400 for what no browser sends, 404 where a part may not name a file: `..`, hidden files, separators of any system
 */
export function pathParts(target: string): string[] {
  const path = target.replace(/[?#].*$/s, "");
  if (!path.startsWith("/")) throw new HttpError(400, "the request's target must be a path");
  const parts = path.slice(1).split("/").map(decodePart);
  for (const [i, part] of parts.entries()) {
    const last = i === parts.length - 1;
    // oxlint-disable-next-line no-control-regex -- NUL would end the name for the system, and others hide what is meant
    if (part.startsWith(".") || /[/\\:\u0000-\u001f\u007f]/.test(part) || (part === "" && !last)) throw notFound();
  }
  return parts;
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new HttpError(400, "the request's path is not encoded as UTF-8");
  }
}

export const notFound = (): HttpError => new HttpError(404, "there is nothing here");

/** The files below a folder; a folder gives its index.html. A link that leads out of it is not followed. */
export function folderFiles(folder: string): FindFile {
  return async (parts) => {
    const names = parts.at(-1) === "" ? [...parts.slice(0, -1), "index.html"] : parts;
    try {
      const root = await realpath(folder);
      const path = await realpath(join(root, ...names));
      if (!isInside(root, path)) return undefined;
      const info = await stat(path);
      // A pipe or a device would block, or never end.
      if (!info.isFile()) return undefined;
      return { path, bytes: info.size, version: `${info.size.toString(36)}-${Math.round(info.mtimeMs).toString(36)}` };
    } catch (error) {
      if (["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
      throw error;
    }
  };
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== "" && !isAbsolute(way) && way.split(sep)[0] !== "..";
}
