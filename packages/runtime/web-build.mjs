// Makes the scripts that a page without a bundler loads: dist/web. They find each other and ONNX Runtime's files beside them.
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = path.dirname(fileURLToPath(import.meta.url));
const { dependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));

/** Name of a script in dist/web and its source. */
export const ENTRIES = {
  s2s: "src/scripts/s2s.ts",
  "s2s.worker": "src/scripts/s2s.worker.ts",
};

/** The builds of ONNX Runtime and the files beside the scripts that they are; loaded on demand. */
const ORT = {
  "onnxruntime-web/wasm": "./ort.wasm.bundle.min.mjs",
  "#ort": "./ort.webgpu.bundle.min.mjs",
};

/** @type {import("esbuild").Plugin} What else of it the scripts would carry along is a class for tensors. */
const ortBeside = {
  name: "ort-beside",
  setup({ onResolve }) {
    onResolve({ filter: /^(onnxruntime-web\/wasm|#ort)$/ }, (found) => ({
      path: ORT[/** @type {keyof typeof ORT} */ (found.path)],
      external: true,
    }));
    onResolve({ filter: /^onnxruntime-common$/ }, () => ({ path: path.join(root, "src", "scripts", "tensor.ts") }));
  },
};

/**
 * Builds scripts that run beside ONNX Runtime's files.
 * @param {{ root: string, entries: Record<string, string>, folder: string, name: string }} scripts sources by name, from `root`; `name` begins the
 * names of the parts that they share
 */
export async function buildScripts({ root: from, entries, folder, name }) {
  // The names of shared parts change with their content.
  rmSync(folder, { recursive: true, force: true });
  await build({
    absWorkingDir: from,
    entryPoints: entries,
    outdir: folder,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    conditions: ["s2s-source"],
    define: { ORT_VERSION: JSON.stringify(dependencies["onnxruntime-web"]) },
    splitting: true,
    chunkNames: `${name}.[hash]`,
    plugins: [ortBeside],
    legalComments: "none",
    logLevel: "warning",
  });
}

/** Builds the runtime's own scripts into a folder. */
export const buildWeb = (folder = path.join(root, "dist", "web")) => buildScripts({ root, entries: ENTRIES, folder, name: "s2s" });

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildWeb();
