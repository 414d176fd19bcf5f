import { readFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { UserError } from "../errors.ts";
import { openPath } from "../folder.ts";
import { requireProvider } from "../probe.ts";
import type { Platform } from "./platform.ts";

// ONNX Runtime's Node builds send telemetry and keep a device id in the home folder unless this is set before they load. A program that
// answers in private does neither; whoever wants it sets the variable to 0. It is set as this module loads, in the main thread: what another
// thread writes into its copy of the environment is not seen by native code.
process.env["ORT_DISABLE_TELEMETRY"] ??= "1";

export const platform: Platform = {
  family: "node",
  providers: ["cpu", "cuda", "webgpu", "wasm"],

  async readFile(path) {
    return readFile(path).catch((error: NodeJS.ErrnoException) => {
      throw error.code === "ENOENT" ? new UserError(`${path}: is missing`, { cause: error }) : error;
    });
  },

  async readPixels(picture) {
    const isPath = typeof picture === "string" || picture instanceof URL;
    // Pixels and floats are arrays of numbers too, but stand for no file.
    if (!isPath && !(picture instanceof Uint8Array)) return undefined;
    const { decodeImage, readPixels } = await import("../images/read-image.ts");
    return isPath
      ? readPixels(String(picture).startsWith("file:") ? fileURLToPath(picture) : String(picture))
      : decodeImage(picture, "the picture");
  },

  openPath,
  resolveAddress: String,
  requireProvider,

  pause: async () => setImmediate(),
};
