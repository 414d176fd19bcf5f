import { platform } from "#platform";
import { threads } from "#threads";
import { parseDevice } from "./engine/device.ts";
import type { Following, OpenRequest, Service } from "./engine/service.ts";
import { UserError } from "./errors.ts";
import { areKnown } from "./known-options.ts";
import type { Precision } from "./manifest.ts";
import { Model, type Thread } from "./model.ts";
import type { BundleSource } from "./source/source.ts";
import { untilAborted } from "./until-aborted.ts";
import { Remote } from "./worker/remote.ts";

export interface LoadOptions extends Following {
  /**
   * Where to run (default "auto"): cpu, cuda, webgpu or wasm, which mean Node's in Node and the browser's in a page, or a long name such as
   * node-cuda. In a page the CPU is reached through wasm. With "auto" `model.device.reason` says why it is the one that it is.
   */
  readonly device?: string | undefined;
  /** Which of the bundle's variants (default "auto": the first that runs on the device). */
  readonly precision?: Precision | "auto" | undefined;
  /**
   * Further models of the same task, tokens and labels: what each gives is averaged (of tokens the probabilities, step by step). They come from the
   * places that a model comes from, have the first one's device and precision, and work in its thread.
   */
  readonly ensemble?: readonly BundleSource[] | undefined;
  /** CPU threads in Node (default 1: more of them help large models and batches alone). Wasm and GPUs take no notice. */
  readonly threads?: number | undefined;
  /** Whether the browser may keep the model for the next visit (default true). */
  readonly cache?: boolean | undefined;
  /**
   * Whether to work in a thread of the model's own (default true), so that the calling one stays free. In a page it may be the address of a file of
   * the page's own origin that imports s2s.worker.js, for pages to which this package comes from another one. Where no worker can be started the
   * calling thread is used, and `model.thread` says why.
   */
  readonly worker?: boolean | string | URL | undefined;
}

const LOAD_OPTIONS: readonly (keyof LoadOptions)[] = [
  "device",
  "precision",
  "ensemble",
  "threads",
  "cache",
  "worker",
  "signal",
  "onProgress",
];

/**
 * Loads a model: in Node from the folder of a bundle or a training run, in a page from an address; in both from an http or https address, from files
 * in memory, and from a single .onnx file.
 *
 *     const model = await load("tmp/run");
 *     console.log((await model.generate("3rd of March, 2021")).text);
 *     await model.dispose();
 *
 * @throws UserError naming the file, when something is missing, damaged or not what the manifest says; or when the device is
 * not there, with what to install. What the signal was aborted with.
 */
export async function load(source: BundleSource, options: LoadOptions = {}): Promise<Model> {
  await requireLoadOptions(options);
  const { signal, worker = true } = options;
  signal?.throwIfAborted();
  const request = requestOf(source, options);
  const opening = worker === false ? openHere(request, options, "asked for") : openAway(request, options, worker);
  // The model that comes after an abort is nobody's.
  return untilAborted(opening, signal, (model) => void model.dispose());
}

async function requireLoadOptions(options: unknown): Promise<void> {
  if (areKnown(options, LOAD_OPTIONS)) return;
  const known: typeof import("./known-options.ts") = await import("./known-options.ts");
  known.requireKnown(options, LOAD_OPTIONS);
}

function requestOf(source: BundleSource, options: LoadOptions): OpenRequest {
  const { device = "auto", precision = "auto", ensemble = [], threads = 1, cache = true } = options;
  if (!Array.isArray(ensemble)) throw new UserError("ensemble must be a list of further models");
  parseDevice(device);
  if (!Number.isSafeInteger(threads) || threads < 1 || threads > 1024) {
    throw new UserError(`threads must be a whole number from 1 to 1024, not ${threads}`);
  }
  return { source: portable(source), ensemble: ensemble.map(portable), device, precision, threads, cache };
}

/** As it can be sent to another thread, where addresses have another base and lists of files would lose their paths. */
function portable(source: BundleSource): BundleSource {
  if (typeof source === "string" || source instanceof URL) return platform.resolveAddress(source);
  if (typeof source !== "object" || source === null || !(Symbol.iterator in source) || ArrayBuffer.isView(source)) return source;
  return Object.fromEntries(Array.from(source as ArrayLike<File>, (file) => [file?.webkitRelativePath || file?.name, file]));
}

async function openAway(request: OpenRequest, options: LoadOptions, worker: true | string | URL): Promise<Model> {
  const started = await threads.startWorker(worker === true ? undefined : worker).catch((error: unknown) => {
    if (error instanceof UserError) throw error;
    return String(error instanceof Error ? error.message : error);
  });
  if (typeof started === "string") return openHere(request, options, `no worker could be started (${started})`);
  return modelOf(Remote.open(started.channel, request, options), { kind: "worker", reason: started.origin });
}

/** A page that has a worker needs no engine of its own, so it is loaded where it is needed. */
async function openHere(request: OpenRequest, options: LoadOptions, reason: string): Promise<Model> {
  const { Engine } = await import("./engine/engine.ts");
  return modelOf(Engine.open(request, options), { kind: "main", reason });
}

async function modelOf(opening: Promise<Service>, thread: Thread): Promise<Model> {
  return new Model(await opening, thread);
}
