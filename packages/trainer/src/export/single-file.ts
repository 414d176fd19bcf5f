import { open } from "node:fs/promises";

/** The name of a model in one file. */
export const SINGLE_FILE = "generate.onnx";

/** What every ONNX model of ours begins with: the version of the format, 10, and the producer's name. */
const BEGINNING = Buffer.from("\u0008\u000a\u0012\u0003s2s", "latin1");

/** Whether s2s wrote this ONNX file. */
export async function isOwnModel(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(BEGINNING.length), 0, BEGINNING.length, 0);
    return buffer.subarray(0, bytesRead).equals(BEGINNING);
  } finally {
    await file.close();
  }
}
