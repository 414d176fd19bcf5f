import { gunzipSync } from "node:zlib";
import { UserError } from "@s2s/runtime";

const BLOCK = 512;
/** Far above any archive that a recipe reads; a small file can inflate to gigabytes. */
const MAX_BYTES = 512 * 2 ** 20;

/**
 * The regular files in a .tar.gz archive of the ustar format (POSIX.1-1988) by the last part of their names: folders do not matter here, and so
 * no name can lead out of one.
 * @param path what errors call it
 * @throws UserError where it is no such archive or is cut off
 */
export function readTarGz(bytes: Uint8Array, path: string): Map<string, Buffer> {
  const archive = inflate(bytes, path);
  const files = new Map<string, Buffer>();
  for (let at = 0; at + BLOCK <= archive.length;) {
    const header = archive.subarray(at, at + BLOCK);
    if (header[0] === 0) return files;
    const size = Number.parseInt(field(header, 124, 12), 8);
    if (field(header, 257, 5) !== "ustar" || !(size >= 0)) throw new UserError(`${path}: is no tar archive: name the file as it was made`);
    const begin = at + BLOCK;
    if (begin + size > archive.length) break;
    const type = field(header, 156, 1);
    const name = field(header, 0, 100).split("/").at(-1) ?? "";
    if ((type === "0" || type === "") && name !== "") files.set(name, archive.subarray(begin, begin + size));
    at = begin + Math.ceil(size / BLOCK) * BLOCK;
  }
  throw new UserError(`${path}: is cut off: copy it again`);
}

function field(header: Buffer, at: number, length: number): string {
  const text = header.toString("latin1", at, at + length);
  const end = text.indexOf("\0");
  return (end < 0 ? text : text.slice(0, end)).trim();
}

function inflate(bytes: Uint8Array, path: string): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE")
      throw new UserError(`${path}: inflates to more than ${MAX_BYTES / 2 ** 20} MiB: is this the right file?`);
    if (code?.startsWith("Z_")) throw new UserError(`${path}: is no gzip file, or is cut off: copy it again`, { cause: error });
    throw error;
  }
}
