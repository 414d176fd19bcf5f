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

/**
 * For pages, whose engine runs in a worker: where none can be started, they import the worker's script for its engine.
 * @type {import("esbuild").Plugin}
 */
const engineBeside = {
  name: "engine-beside",
  setup({ onResolve }) {
    onResolve({ filter: /\/engine\/engine\.ts$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "./s2s.worker.js", external: true } : undefined,
    );
  },
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
 * Builds scripts that run beside ONNX Runtime's files, each in one file.
 * @param {{ root: string, entries: Record<string, string>, folder: string }} scripts sources by name, from `root`
 */
export async function buildScripts({ root: from, entries, folder }) {
  rmSync(folder, { recursive: true, force: true });
  for (const [name, source] of Object.entries(entries)) await buildScript(from, name, source, folder);
}

/** @param {string} root @param {string} name @param {string} source @param {string} folder */
async function buildScript(root, name, source, folder) {
  await build({
    absWorkingDir: root,
    entryPoints: { [name]: source },
    outdir: folder,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    conditions: ["s2s-source"],
    define: { ORT_VERSION: JSON.stringify(dependencies["onnxruntime-web"]) },
    plugins: name.endsWith(".worker") ? [ortBeside] : [ortBeside, engineBeside],
    legalComments: "none",
    logLevel: "warning",
  });
}

/** Builds the runtime's own scripts into a folder. */
export const buildWeb = (folder = path.join(root, "dist", "web")) => buildScripts({ root, entries: ENTRIES, folder });

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildWeb();
