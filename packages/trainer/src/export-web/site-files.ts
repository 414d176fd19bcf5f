import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { UserError } from "@s2s/runtime";
import { DEMO_PAGE } from "./demo-page.ts";
import { exists, namesIn } from "../files.ts";

/** A file that every site has. */
export interface SiteFile {
  readonly name: string;
  /** Where it is copied from. */
  readonly path: string;
  /** Whether a page needs it on every device; what only some need is fetched when it is asked for. */
  readonly early: boolean;
}

const { resolve } = createRequire(import.meta.url);

/**
 * The runtime as built for pages, ONNX Runtime's files for wasm and WebGPU, and the demo page; for a model of texts to texts that can be trained also the page
 * on which visitors teach it.
 * @throws UserError where the packages were not built
 */
export async function siteFiles(trainable = false): Promise<SiteFile[]> {
  const runtime = dirname(resolve("@s2s/runtime/package.json"));
  const ort = dirname(createRequire(join(runtime, "package.json")).resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
  const from = (folder: string, names: readonly string[], early: boolean): SiteFile[] =>
    names.map((name) => ({ name, path: join(folder, name), early }));
  const web = join(runtime, "dist", "web");
  const scripts = (await namesIn(web)).filter((name) => name.endsWith(".js"));
  const files = [
    ...from(web, scripts.length > 0 ? scripts : ["s2s.js"], true),
    ...from(ort, ["ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm"], true),
    ...from(ort, ["ort.webgpu.bundle.min.mjs", "ort-wasm-simd-threaded.asyncify.wasm"], false),
    ...from(join(runtime, "site"), [DEMO_PAGE, "demo.css", "demo.js"], true),
    ...from(join(runtime, "site"), ["README.md"], false),
    ...(trainable ? await teachFiles() : []),
  ];
  for (const { path } of files) {
    if (!(await exists(path)))
      throw new UserError(`${path}: is missing; in a clone of s2s run \`npm run build\`, else install @s2s/runtime and @s2s/trainer again`);
  }
  return files;
}

/** The page on which visitors teach the model, and its scripts; most visitors never open it. */
async function teachFiles(): Promise<SiteFile[]> {
  const trainer = dirname(resolve("@s2s/trainer/package.json"));
  const web = join(trainer, "dist", "web");
  const scripts = (await namesIn(web)).filter((name) => name.endsWith(".js"));
  const pages = ["teach.html", "teach.css"].map((name) => ({ name, path: join(trainer, "site", name), early: false }));
  return [...pages, ...(scripts.length > 0 ? scripts : ["teach.js"]).map((name) => ({ name, path: join(web, name), early: false }))];
}

/** The service worker's program, without the list of files that goes in front of it. */
export function serviceWorkerSource(): string {
  return join(dirname(resolve("@s2s/runtime/package.json")), "site", SERVICE_WORKER);
}

export const SERVICE_WORKER = "sw.js";
