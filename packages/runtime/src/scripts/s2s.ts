// The script of a page without a bundler.
import { wasmBeside } from "./wasm-beside.ts";

export { S2sModelElement } from "../element/index.ts";
export * from "../page.ts";

wasmBeside();
