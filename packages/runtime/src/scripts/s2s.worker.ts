// What a model's worker runs in a page without a bundler.
import { serve } from "../worker/serve.ts";
import { webPort } from "../worker/web-worker.ts";
import { wasmBeside } from "./wasm-beside.ts";

/** For a page that can start no worker. */
export { Engine } from "../engine/engine.ts";

// For s2s.tasks.js, which has what it shares with this script from here: ONNX Runtime is to be there once.
export { UserError } from "../errors.ts";
export { MANIFEST_FILE } from "../manifest.ts";
export { openGraph } from "../open-graph.ts";
export { Tensor } from "../ort.ts";
export { parseManifest } from "../parse-manifest.ts";
export { StepGraphs } from "../step-graphs.ts";

wasmBeside();
if (globalThis.document === undefined) serve(webPort(globalThis as unknown as Worker));
