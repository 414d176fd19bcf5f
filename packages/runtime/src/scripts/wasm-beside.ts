import { provideWasm } from "../ort.ts";
import { cachedFetch } from "../source/cached-fetch.ts";

/** Of ONNX Runtime; web-build.mjs puts it in. */
declare const ORT_VERSION: string;

/** Lets ONNX Runtime's wasm come from beside the scripts, and be kept for the next visit. */
export function wasmBeside(): void {
  provideWasm((file, onBytes) => cachedFetch(new URL(file, import.meta.url), { version: ORT_VERSION, onBytes }));
}
