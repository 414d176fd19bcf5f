import { readFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
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

  openPath,
  resolveAddress: String,
  requireProvider,

  pause: async () => setImmediate(),
};
