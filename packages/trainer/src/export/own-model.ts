import { open } from "node:fs/promises";

/** The name of a model in one file. */
export const SINGLE_FILE = "generate.onnx";

/** What every ONNX model of ours begins with: the version of the format, 10, and the producer's name. */
const BEGINNING = Buffer.from("\u0008\u000a\u0012\u0003s2s", "latin1");

/** Whether s2s wrote this ONNX file. */
export async function isOwnModel(path: string): Promise<boolean> {
  const bytes = Buffer.alloc(BEGINNING.length);
  try {
    const file = await open(path, "r");
    try {
      await file.read(bytes);
    } finally {
      await file.close();
    }
  } catch {
    // A folder, or not ours to read.
    return false;
  }
  return bytes.equals(BEGINNING);
}
