// What a model's worker runs in a page without a bundler.
import { serve } from "../worker/serve.ts";
import { webPort } from "../worker/web-worker.ts";
import { wasmBeside } from "./wasm-beside.ts";

/** For a page that can start no worker. */
export { Engine } from "../engine/engine.ts";

wasmBeside();
if (globalThis.document === undefined) serve(webPort(globalThis as unknown as Worker));
