import { open, stat, type FileHandle } from "node:fs/promises";
import type { BundleFiles } from "./bundle.ts";
import { UserError } from "./errors.ts";
import { explainFileError } from "./file-error.ts";
import { openModel } from "./source/single-file.ts";

/** A model in one .onnx file on disk, of which only the metadata are read: ONNX Runtime opens it by itself. @throws UserError */
export async function openModelFile(path: string): Promise<BundleFiles> {
  return explainFileError(path, async () => {
    // Before it is opened, which a pipe would block.
    if (!(await stat(path)).isFile()) throw new UserError(`${path}: is not a file; give a bundle's folder or an .onnx file`);
    const handle = await open(path);
    try {
      const { size } = await handle.stat();
      const file = { size, read: (offset: number, end: number) => readRange(handle, offset, end) };
      return await openModel(path, file, { path });
    } finally {
      await handle.close();
    }
  });
}

async function readRange(handle: FileHandle, offset: number, end: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await handle.read(new Uint8Array(end - offset), 0, end - offset, offset);
  return buffer.subarray(0, bytesRead);
}
