// Makes the scripts that a page without a bundler loads: dist/web. They find each other and ONNX Runtime's files beside them.
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const root = path.dirname(fileURLToPath(import.meta.url));
const { dependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));

/** Name of a script in dist/web and its source. */
export const ENTRIES = {
  s2s: "src/scripts/s2s.ts",
  "s2s.worker": "src/scripts/s2s.worker.ts",
  "s2s.tasks": "src/scripts/s2s.tasks.ts",
  "s2s.views": "src/scripts/s2s.views.ts",
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

/** @type {import("esbuild").Plugin} What the element asks and shows of most tasks is a script of its own. */
const viewsBeside = {
  name: "views-beside",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/tasks\/index\.ts$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "./s2s.views.js", external: true } : undefined,
    );
  },
};

/** @type {import("esbuild").Plugin} A page that calls a model has no use for what the model itself asks of its platform. */
const callerAlone = {
  name: "caller-alone",
  setup({ onResolve }) {
    onResolve({ filter: /^#platform$|\/web\.ts$/ }, () => ({ path: path.join(root, "src", "platform", "web-caller.ts") }));
  },
};

/** @type {import("esbuild").Plugin} Style sheets in scripts are written to be read. */
const smallStyles = {
  name: "small-styles",
  setup({ onLoad }) {
    onLoad({ filter: /\/styles\.ts$/ }, async ({ path: file }) => {
      const [whole, before, css, after] = /^([^]*`)([^`]*)(`[^]*)$/.exec(readFileSync(file, "utf8")) ?? [];
      if (whole === undefined) throw new Error(`${file}: has no style sheet between backquotes`);
      const { code } = await transform(css ?? "", { loader: "css", minify: true });
      return { contents: `${before}${code.trim()}${after}`, loader: "ts" };
    });
  },
};

/**
 * What few models need is imported dynamically, and in one script of its own. The engine and its search by steps are not: the first is the worker's
 * script, and the element streams.
 * @type {import("esbuild").Plugin}
 */
const tasksBeside = {
  name: "tasks-beside",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ kind, path: module }) =>
      kind === "dynamic-import" && !/\/(engine|steps)\.ts$/.test(module) ? { path: "./s2s.tasks.js", external: true } : undefined,
    );
  },
};

/**
 * For the script that is loaded by the worker's, and takes these modules from there.
 * @type {import("esbuild").Plugin}
 */
const workerBeside = {
  name: "worker-beside",
  setup({ onResolve }) {
    onResolve({ filter: /\/(errors|manifest|open-graph|ort|parse-manifest|step-graphs)\.ts$/ }, () => ({
      path: "./s2s.worker.js",
      external: true,
    }));
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

/** Of the runtime's own scripts; those of others, which may lie elsewhere, are whole. @type {Record<string, import("esbuild").Plugin[]>} */
const PLUGINS = {
  s2s: [ortBeside, engineBeside, viewsBeside, callerAlone, tasksBeside, smallStyles],
  "s2s.worker": [ortBeside, tasksBeside],
  "s2s.tasks": [ortBeside, workerBeside],
  "s2s.views": [smallStyles],
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
    plugins: PLUGINS[name] ?? (name.endsWith(".worker") ? [ortBeside] : [ortBeside, engineBeside]),
    legalComments: "none",
    logLevel: "warning",
  });
}

/** Builds the runtime's own scripts into a folder. */
export const buildWeb = (folder = path.join(root, "dist", "web")) => buildScripts({ root, entries: ENTRIES, folder });

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildWeb();
