import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import { UserError } from "@s2s/runtime";
import { explainReadError } from "./data/file-error.ts";

/** Bytes handed to the system or to the hash at a time: Node's calls end at 2 GiB, and the event loop (Ctrl-C) gets its turn in between. */
const PIECE = 16 * 2 ** 20;

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space and start again",
  EDQUOT: "the disk quota is used up; free some space and start again",
  EFBIG: "the file would be larger than this system allows (see `ulimit -f`)",
  EACCES: "no permission to write here; choose another folder",
  EPERM: "no permission to write here; choose another folder",
  EROFS: "the file system is read-only; choose another folder",
  EEXIST: "a file stands where a folder is needed; move it away or choose another folder",
  EISDIR: "a folder stands where a file is needed; move it away or choose another folder",
  ENOTDIR: "a part of the path is a file, not a folder; choose another folder",
};

/** Runs an action that writes to `path`; what the user can mend (full disk, no permission) becomes a UserError of one line. */
export async function writing<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const reason = REASONS[(error as NodeJS.ErrnoException).code ?? ""];
    if (reason === undefined) throw error;
    throw new UserError(`${path}: cannot write: ${reason}`, { cause: error });
  }
}

/** Whether something is at this path. */
export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** What lies in a folder that is to be written to; nothing where there is none yet. @throws UserError where it is no folder or cannot be read */
export async function namesIn(folder: string): Promise<string[]> {
  return writing(folder, async () => {
    try {
      return await readdir(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  });
}

/** Makes a folder and those above it. Node's own `recursive` never returns where a folder cannot be made (/proc, a deleted current folder). */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    if (code !== "ENOENT" || parent === path) throw error;
    await makeFolder(parent);
    await mkdir(path);
  }
}

/**
 * Writes a file that is there whole or not at all, at whatever moment the process or the machine stops: to a temporary name, synced, renamed,
 * and the folder synced. After a failure the temporary file is gone and an older file of the name is untouched.
 * `beforeRename` may move the older file away.
 */
export async function writeFileAtomically(path: string, chunks: Iterable<Uint8Array>, beforeRename?: () => Promise<void>): Promise<void> {
  const temporary = `${path}.tmp`;
  await writing(path, async () => {
    try {
      await writePieces(temporary, chunks);
      await sync(temporary);
      await beforeRename?.();
      await rename(temporary, path);
    } catch (error) {
      // What went wrong first is what the user needs to know.
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
    await syncFolder(dirname(path));
  });
}

/** Writes a file, not yet synced. Returns its size and checksum. */
export async function writeChunks(path: string, chunks: Iterable<Uint8Array>): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  await writePieces(path, chunks, (piece) => {
    hash.update(piece);
    bytes += piece.byteLength;
  });
  return { bytes, sha256: hash.digest("hex") };
}

async function writePieces(path: string, chunks: Iterable<Uint8Array>, look?: (piece: Uint8Array) => void): Promise<void> {
  const file = await open(path, "w");
  try {
    for (const piece of pieces(chunks)) {
      look?.(piece);
      for (let done = 0; done < piece.byteLength;) done += (await file.write(piece, done)).bytesWritten;
    }
  } finally {
    await file.close();
  }
}

/** Waits until a file is on the disk. */
export async function sync(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes renames inside a folder last through a power cut. Windows cannot sync folders and does not need it. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** SHA-256 of a file, in hexadecimal. @throws UserError where it cannot be read */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 }) as AsyncIterable<Buffer>) hash.update(chunk);
  } catch (error) {
    throw explainReadError(path, error);
  }
  return hash.digest("hex");
}

/** SHA-256 of chunks one after the other, in hexadecimal. */
export async function sha256(chunks: Iterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for (const piece of pieces(chunks)) {
    hash.update(piece);
    await setImmediate();
  }
  return hash.digest("hex");
}

/** The bytes of a text as UTF-8, as one chunk. */
export function textChunk(text: string): [Uint8Array] {
  return [Buffer.from(text, "utf8")];
}

/** The bytes behind a typed array, without a copy. */
export function bytesOf(array: NodeJS.ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function* pieces(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const chunk of chunks) for (let at = 0; at < chunk.byteLength; at += PIECE) yield chunk.subarray(at, at + PIECE);
}
