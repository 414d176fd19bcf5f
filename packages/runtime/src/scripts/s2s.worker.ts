// What a model's worker runs in a page without a bundler.
import { serve } from "../worker/serve.ts";
import { webPort } from "../worker/web-worker.ts";
import { wasmBeside } from "./wasm-beside.ts";

wasmBeside();
serve(webPort(globalThis as unknown as Worker));
