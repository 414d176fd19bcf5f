import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openBundle, type Bundle, type BundleFiles } from "./bundle.ts";
import { UserError } from "./errors.ts";
import { explainFileError } from "./file-error.ts";
import { MANIFEST_FILE } from "./manifest.ts";
import { openModelFile } from "./model-file.ts";
import { requireChecksum, requireContent, requireSize } from "./source/check-file.ts";

/** The folder of a run that holds its exported bundle. */
const RUN_BUNDLE = "bundle";

/**
 * The bundle's folder for a path that a user gives: a bundle, or a run folder that holds one.
 * @throws UserError when there is neither, also for a model in one file: it lacks the graphs of single steps
 */
export async function resolveBundle(path: string): Promise<string> {
  const folder = await findBundle(path);
  if (folder !== undefined) return folder;
  if (!(await exists(path))) throw new UserError(`${path}: there is no such folder; give a bundle or the folder of a training run`);
  const file = await findModelFile(path);
  if (file !== undefined) {
    // Of a file that is no model at all this tells more.
    await openModelFile(file);
    throw new UserError(
      `${file}: is a model in one file, which can only generate; give the run that it was exported from, or a bundle's folder`,
    );
  }
  throw new UserError(
    `${path}: holds no model (neither ${MANIFEST_FILE} nor ${RUN_BUNDLE}/${MANIFEST_FILE}); give a bundle or the folder of a finished training run`,
  );
}

/** The .onnx file that a path means: itself, or the only one of a folder that holds no bundle. It may be missing, or no model. */
export async function findModelFile(path: string): Promise<string | undefined> {
  if (!(await isFolder(path))) return path.endsWith(".onnx") ? path : undefined;
  if ((await findBundle(path)) !== undefined) return undefined;
  const names = await explainFileError(path, () => readdir(path));
  const [file, ...others] = names.filter((name) => name.endsWith(".onnx")).map((name) => join(path, name));
  return file === undefined || others.length > 0 || (await isFolder(file)) ? undefined : file;
}

/** The files of the bundle at a path: a bundle, a run folder that holds one, a single .onnx file or a folder that holds no other. @throws UserError */
export async function openPath(source: string | URL): Promise<BundleFiles> {
  const text = String(source);
  const path = text.startsWith("file:") ? fileURLToPath(text) : text;
  const file = await findModelFile(path);
  return file === undefined ? openFolder(await resolveBundle(path)) : openModelFile(file);
}

/** Reads the bundle at a path (see `openPath`) and checks every file of it. */
export async function readBundle(path: string): Promise<Bundle> {
  return openBundle(await openPath(path), { every: true });
}

/** The files of one folder. A link that leads out of it is refused, and so is what is no plain file (a pipe would block). */
export function openFolder(folder: string): BundleFiles {
  const locate = (name: string) => join(folder, name);
  const checked = new Set<string>();
  return {
    locate,
    pathOf: locate,
    async readManifest(maxBytes) {
      const { path, bytes } = await inspect(folder, MANIFEST_FILE);
      if (bytes > maxBytes) throw new UserError(`${locate(MANIFEST_FILE)}: is too large (${bytes} bytes, at most ${maxBytes} are read)`);
      return explainFileError(locate(MANIFEST_FILE), () => readFile(path));
    },
    async fetch(files) {
      for (const file of files.filter(({ name }) => !checked.has(name))) {
        const where = locate(file.name);
        const { path, bytes } = await inspect(folder, file.name);
        requireSize(where, file, bytes);
        const found = await explainFileError(where, () => hash(path));
        requireSize(where, file, found.bytes);
        requireChecksum(where, file, found.sha256);
        checked.add(file.name);
      }
    },
    async read(file) {
      const where = locate(file.name);
      const { path, bytes } = await inspect(folder, file.name);
      requireSize(where, file, bytes);
      const content = new Uint8Array(await explainFileError(where, () => readFile(path)));
      await requireContent(where, file, content);
      return content;
    },
  };
}

async function inspect(folder: string, name: string): Promise<{ readonly path: string; readonly bytes: number }> {
  const given = join(folder, name);
  return explainFileError(given, async () => {
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

async function findBundle(path: string): Promise<string | undefined> {
  for (const folder of [path, join(path, RUN_BUNDLE)]) {
    if (await exists(join(folder, MANIFEST_FILE))) return folder;
  }
  return undefined;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== "ENOENT" && error.code !== "ENOTDIR",
  );
}
