import { UserError } from "../errors.ts";
import type { Platform } from "./platform.ts";

export const platform: Platform = {
  family: "chromium",
  providers: ["wasm", "webgpu"],

  prepareOrt() {},

  async readFile(path) {
    const response = await fetch(path);
    if (!response.ok) throw new UserError(`${path}: the server answered ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  },
};
