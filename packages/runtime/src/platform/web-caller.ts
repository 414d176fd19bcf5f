import type { Platform } from "./platform.ts";

/** What the caller of a model in a page needs of its platform; web.ts has what the model itself does, too. */
export const platform: Pick<Platform, "family" | "providers" | "resolveAddress"> = {
  family: "chromium",
  providers: ["wasm", "webgpu"],

  resolveAddress(source) {
    const base = globalThis.document?.baseURI ?? globalThis.location.href;
    return URL.canParse(source, base) ? new URL(source, base).href : String(source);
  },
};
