import { UserError } from "../errors.ts";
import { AbsentProvider } from "../providers.ts";
import type { Platform } from "./platform.ts";
import { platform as caller } from "./web-caller.ts";

export const platform: Platform = {
  ...caller,

  async readFile(path) {
    const response = await fetch(path);
    if (!response.ok) throw new UserError(`${path}: the server answered ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  },

  async readPixels(picture) {
    const { readPixels } = await import("./web-pixels.ts");
    return readPixels(picture);
  },

  async requireProvider(provider) {
    if (provider !== "webgpu") return;
    const gpu = (navigator as { gpu?: { requestAdapter(): Promise<object | null> } }).gpu;
    if (gpu === undefined) throw new AbsentProvider("webgpu", "this browser or page has no WebGPU");
    if ((await gpu.requestAdapter()) === null) throw new AbsentProvider("webgpu", "there is no GPU adapter");
  },

  // A timer would wait for 4 ms each.
  async pause() {
    const { port1, port2 } = new MessageChannel();
    await new Promise((resolve) => {
      port1.addEventListener("message", resolve, { once: true });
      port1.start();
      port2.postMessage(null);
    });
    port1.close();
  },
};
