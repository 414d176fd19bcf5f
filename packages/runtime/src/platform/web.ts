import { UserError } from "../errors.ts";
import { AbsentProvider } from "../providers.ts";
import type { Platform } from "./platform.ts";

export const platform: Platform = {
  family: "chromium",
  providers: ["wasm", "webgpu"],

  async readFile(path) {
    const response = await fetch(path);
    if (!response.ok) throw new UserError(`${path}: the server answered ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  },

  async readPixels(picture) {
    if (Array.isArray(picture) || ArrayBuffer.isView(picture) || typeof picture !== "object" || picture === null) return undefined;
    // Pixels already, as ImageData are.
    if ("data" in picture) return undefined;
    try {
      const bitmap = await createImageBitmap(picture as ImageBitmapSource);
      const { width, height } = bitmap;
      const context = new OffscreenCanvas(width, height).getContext("2d") as OffscreenCanvasRenderingContext2D;
      context.drawImage(bitmap, 0, 0);
      bitmap.close();
      return { width, height, data: context.getImageData(0, 0, width, height).data };
    } catch (error) {
      throw new UserError(`the picture cannot be read: ${(error as Error).message}`, { cause: error });
    }
  },

  resolveAddress(source) {
    const base = globalThis.document?.baseURI ?? globalThis.location.href;
    return URL.canParse(source, base) ? new URL(source, base).href : String(source);
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
