import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { probeProvider } from "@s2s/runtime";
import type { Device } from "../devices.ts";
import { decodeWire } from "../wire.ts";
import type { Answer, Job } from "../workload.ts";
import { waitForAnswer } from "./child.ts";
import { type Gpu, findChromium, withProfile } from "./chromium.ts";
import { type Served, serveJob } from "./server.ts";

export interface AskOptions {
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** Programs of devices are built: as tests do, this may itself run from the sources. */
const DIST = fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "../../dist/" : "../", import.meta.url));
const PAGE = `<!doctype html><meta charset="utf-8"><title>s2s parity</title><link rel="icon" href="data:,"><script type="module" src="parity.js"></script>`;

/** Has a device do a job. What goes wrong there is in the answer. @param files names of the bundle's */
export async function askDevice(device: Device, job: Job, files: readonly string[], options: AskOptions): Promise<Answer> {
  try {
    return await (device.where === "node" ? askNode(job, options) : askChromium(device, job, files, options));
  } catch (error) {
    if (options.signal?.aborted) throw error;
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

async function askNode(job: Job, options: AskOptions): Promise<Answer> {
  if (job.provider === "webgpu" || job.provider === "cuda") {
    const report = await probeProvider(job.provider);
    if (!report.available) return { absent: `${report.why}; ${report.install}` };
  }
  const main = join(DIST, "device", "node-main.js");
  return ask(job, new Map(), (address, answer) =>
    waitForAnswer(answer, { command: process.execPath, args: [main, address], env: process.env, ...options }),
  );
}

async function askChromium({ where, provider }: Device, job: Job, files: readonly string[], options: AskOptions): Promise<Answer> {
  const browser = await findChromium();
  if ("absent" in browser) return browser;
  const served = await pageFiles(job.bundle, files);
  const page = where === "worker" ? "parity.html?worker" : "parity.html";
  const on = (gpu: Gpu): Promise<Answer> =>
    ask(job, served, (address, answer) =>
      withProfile(`${address}${page}`, gpu, (args) => waitForAnswer(answer, { command: browser.path, args, env: process.env, ...options })),
    );
  if (provider !== "webgpu") return on("none");
  const answer = await on("machine");
  return "absent" in answer ? on("software") : answer;
}

async function ask(job: Job, served: Served, work: (address: string, answer: Promise<Uint8Array>) => Promise<Uint8Array>): Promise<Answer> {
  const exchange = await serveJob(job, served);
  try {
    return decodeWire(await work(exchange.address, exchange.result)) as Answer;
  } finally {
    await exchange.close();
  }
}

/** ONNX Runtime's files lie beside the page's scripts, which are built to find them there. */
const ORT_FILES = [
  "ort.wasm.bundle.min.mjs",
  "ort.webgpu.bundle.min.mjs",
  "ort-wasm-simd-threaded.wasm",
  "ort-wasm-simd-threaded.asyncify.wasm",
];

async function pageFiles(bundle: string, files: readonly string[]): Promise<Served> {
  const served = new Map<string, string | Uint8Array>([["parity.html", new TextEncoder().encode(PAGE)]]);
  const scripts = join(DIST, "web");
  for (const name of await readdir(scripts)) served.set(name, join(scripts, name));
  const ort = dirname(createRequire(import.meta.url).resolve("onnxruntime-web/wasm"));
  for (const name of ORT_FILES) served.set(name, join(ort, name));
  for (const name of files) served.set(`bundle/${name}`, join(bundle, name));
  return served;
}
