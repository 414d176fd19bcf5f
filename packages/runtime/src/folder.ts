import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openBundle, type Bundle, type BundleFiles } from "./bundle.ts";
import { UserError } from "./errors.ts";
import { MANIFEST_FILE } from "./manifest.ts";

/** The folder of a run that holds its exported bundle. */
const RUN_BUNDLE = "bundle";

/**
 * The bundle's folder for a path that a user gives: a bundle, or a run folder that holds one.
 * @throws UserError when there is neither.
 */
export async function resolveBundle(path: string): Promise<string> {
  for (const folder of [path, join(path, RUN_BUNDLE)]) {
    if (await exists(join(folder, MANIFEST_FILE))) return folder;
  }
  if (!(await exists(path))) throw new UserError(`${path}: there is no such folder; give a bundle or the folder of a training run`);
  throw new UserError(
    `${path}: holds no model (neither ${MANIFEST_FILE} nor ${RUN_BUNDLE}/${MANIFEST_FILE}); give a bundle or the folder of a finished training run`,
  );
}

/** Reads and checks the bundle at a path (see `resolveBundle` and `openBundle`). */
export async function readBundle(path: string): Promise<Bundle> {
  return openBundle(openFolder(await resolveBundle(path)));
}

/** The files of one folder. A link that leads out of it is refused, and so is what is no plain file (a pipe would block). */
export function openFolder(folder: string): BundleFiles {
  const locate = (name: string) => join(folder, name);
  return {
    locate,
    async read(name, maxBytes) {
      const { path, bytes } = await inspect(folder, name);
      if (bytes > maxBytes) throw new UserError(`${locate(name)}: is too large (${bytes} bytes, at most ${maxBytes} are read)`);
      return explain(locate(name), () => readFile(path));
    },
    async digest(name, expectedBytes) {
      const { path, bytes } = await inspect(folder, name);
      if (bytes !== expectedBytes) return { bytes, sha256: "" };
      return explain(locate(name), () => hash(path));
    },
  };
}

async function inspect(folder: string, name: string): Promise<{ readonly path: string; readonly bytes: number }> {
  const given = join(folder, name);
  return explain(given, async () => {
    const path = await realpath(given);
    if (dirname(path) !== (await realpath(folder)))
      throw new UserError(`${given}: leads out of the bundle's folder; copy the file itself there`);
    const info = await stat(path);
    if (!info.isFile()) throw new UserError(`${given}: is not a file; copy or export the bundle again`);
    return { path, bytes: info.size };
  });
}

/** In pieces, since weights may be larger than the memory. The size is counted along: the file may change meanwhile. */
async function hash(path: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const sha256 = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 }) as AsyncIterable<Buffer>) {
    sha256.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: sha256.digest("hex") };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "is missing",
  ENOTDIR: "is missing",
  ELOOP: "is a link to itself",
  EACCES: "may not be read; change its permissions",
  EPERM: "may not be read; change its permissions",
  EISDIR: "is a folder, not a file",
  EIO: "cannot be read; the disk reports an error",
  ENAMETOOLONG: "has a name that is too long",
};

async function explain<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const reason = REASONS[(error as NodeJS.ErrnoException).code ?? ""];
    if (reason === undefined) throw error;
    throw new UserError(`${path}: ${reason}`, { cause: error });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== "ENOENT" && error.code !== "ENOTDIR",
  );
}
