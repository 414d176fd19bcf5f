import { platform } from "#platform";
import type { InferenceSession } from "onnxruntime-common";
import { UserError } from "./errors.ts";
import { AbsentProvider, type Provider } from "./providers.ts";
import { Queue } from "./queue.ts";

// Feeds are read by their fields, so the class of onnxruntime-common serves every build; it needs no native library to be loaded.
export { Tensor } from "onnxruntime-common";

type Ort = Pick<typeof import("onnxruntime-common"), "InferenceSession" | "env">;

/**
 * A loaded graph. `run(feeds)` blocks the calling thread in Node until the outputs are there. Release it: what is not
 * released leaks.
 */
export type Session = Pick<InferenceSession, "run" | "release" | "inputNames" | "outputNames" | "inputMetadata" | "outputMetadata">;

/** A graph and the files that it points into: in a folder, or in memory. */
export type GraphSource =
  | {
      /** Of the file (Node) or its address (page). */
      readonly path: string;
      /** Names of the files beside it that hold its external data; ONNX Runtime's Node build finds them by itself. */
      readonly externalData?: readonly string[] | undefined;
    }
  | {
      readonly bytes: Uint8Array;
      readonly externalData?: readonly { readonly path: string; readonly data: Uint8Array }[] | undefined;
    };

export interface SessionOptions {
  /**
   * Where to run (default: the CPU; in a page it is wasm, which "cpu" also stands for there). Operators that a GPU provider lacks run on the
   * CPU; an absent provider is an error.
   */
  readonly provider?: Provider | undefined;
  /** Threads inside an operator (default: as many as ONNX Runtime likes, about one a core). Wasm has one. */
  readonly threads?: number | undefined;
  readonly optimization?: "disabled" | "basic" | "extended" | "all" | undefined;
  /** Whether idle threads spin for some 28 ms after each run, which burns a core to save microseconds (default false). */
  readonly spinning?: boolean | undefined;
  /** Any other option of ONNX Runtime's. */
  readonly ort?: Omit<InferenceSession.SessionOptions, "executionProviders" | "intraOpNumThreads" | "graphOptimizationLevel"> | undefined;
}

/** A build of ONNX Runtime: that of the platform, for Node its native library; and the wasm, which also runs in Node. */
type Build = "native" | "wasm";

interface Runtime {
  readonly ort: Ort;
  /** onnxruntime-web fails where a run or a start begins before another has ended; the Node build has no such limit. */
  readonly queue: Queue | undefined;
}

const runtimes = new Map<Build, Promise<Runtime>>();
type OnBytes = (bytes: number, total: number | undefined) => void;
type FetchWasm = (file: string, onBytes?: OnBytes) => Promise<Uint8Array>;
let fetchWasm: FetchWasm | undefined;

/** Lets the caller fetch the wasm (for a cache of its own, say) instead of ONNX Runtime. Before the first session. */
export function provideWasm(fetchBytes: FetchWasm): void {
  fetchWasm = fetchBytes;
}

/**
 * Loads what a provider needs ahead of the first session.
 * @param onBytes told of each piece of the wasm that comes, where `provideWasm` was called
 */
export async function startOrt(provider: Provider, onBytes?: OnBytes): Promise<void> {
  await loadRuntime(buildFor(provider), onBytes);
}

/** Loads the native library (Node) or the wasm (elsewhere) when it is first needed: `s2s --help` does not wait for it. */
async function loadRuntime(build: Build, onBytes?: OnBytes): Promise<Runtime> {
  const known = runtimes.get(build);
  if (known) return known;
  const web = build === "wasm" || platform.family !== "node";
  const loading = importOrt(build, web, onBytes);
  runtimes.set(build, loading);
  loading.catch(() => runtimes.delete(build));
  return loading;
}

async function importOrt(build: Build, web: boolean, onBytes?: OnBytes): Promise<Runtime> {
  try {
    const ort: Ort = build === "wasm" ? await import("onnxruntime-web/wasm") : await import("#ort");
    // Providers write to the default log before a session has one of its own.
    ort.env.logLevel = "fatal";
    if (web) {
      // More than one needs cross-origin isolation, and a worker for each.
      ort.env.wasm.numThreads = 1;
      const file = build === "wasm" ? "ort-wasm-simd-threaded.wasm" : "ort-wasm-simd-threaded.asyncify.wasm";
      if (fetchWasm) ort.env.wasm.wasmBinary = await fetchWasm(file, onBytes);
    }
    return { ort, queue: web ? new Queue() : undefined };
  } catch (error) {
    if (/onnxruntime_binding\.node|ERR_DLOPEN_FAILED/.test(String(error))) {
      throw new AbsentProvider("cpu", firstLine(error), { cause: error });
    }
    throw error;
  }
}

/** The version of ONNX Runtime, such as "1.30.0". */
export async function ortVersion(): Promise<string> {
  const { versions } = (await loadRuntime(buildFor(platform.providers[0] as Provider))).ort.env;
  return versions.node ?? versions.web ?? versions.common;
}

const buildFor = (provider: Provider): Build => (provider === "wasm" ? "wasm" : "native");

/**
 * Loads a graph from its file (which finds external data beside it), from its bytes, or from its bytes and those of its external data.
 * @throws UserError when the provider is not there, or the file is missing or damaged.
 */
export async function createSession(model: string | Uint8Array | GraphSource, options: SessionOptions = {}): Promise<Session> {
  const asked = options.provider ?? "cpu";
  const provider = asked === "cpu" ? (platform.providers[0] as Provider) : asked;
  const { ort, queue } = await loadRuntime(buildFor(provider));
  const source = typeof model === "string" ? { path: model } : model instanceof Uint8Array ? { bytes: model } : model;
  const file = "path" in source ? source.path : undefined;
  const settings = sessionSettings(provider, options);
  const { InferenceSession } = ort;
  try {
    if (queue === undefined && "path" in source) return await InferenceSession.create(source.path, settings);
    const { bytes, externalData = [] } = "path" in source ? await readGraph(source) : source;
    const all = externalData.length === 0 ? settings : { ...settings, externalData };
    if (queue !== undefined) return inTurn(await queue.add(() => InferenceSession.create(bytes, all)), queue);
    return await InferenceSession.create(bytes, externalData.length === 0 ? withoutFiles(settings) : all);
  } catch (error) {
    throw translate(error, provider, file);
  }
}

function sessionSettings(provider: Provider, options: SessionOptions): InferenceSession.SessionOptions {
  return {
    // What matters is thrown; the log would only repeat it over many lines. `ort` can turn it on.
    logSeverityLevel: 4,
    ...options.ort,
    executionProviders: [provider],
    graphOptimizationLevel: options.optimization ?? "all",
    extra: withSpinning(options.ort?.extra, options.spinning ?? false),
    ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
  };
}

/** Nothing can lie below a device. */
const NO_FOLDER = "/dev/null/none";

/** Bytes without external data could still name files, which would be looked for in the current folder. Where data are given no file is looked for. */
function withoutFiles(settings: InferenceSession.SessionOptions): InferenceSession.SessionOptions {
  const session = settings.extra?.["session"] as object;
  return { ...settings, extra: { ...settings.extra, session: { ...session, model_external_initializers_file_folder_path: NO_FOLDER } } };
}

/** onnxruntime-web would fetch a path, which Node cannot do with one of its disk. */
async function readGraph({
  path,
  externalData,
}: Extract<GraphSource, { path: string }>): Promise<Extract<GraphSource, { bytes: Uint8Array }>> {
  const beside = (name: string): string => path.replace(/[^/\\]*$/, () => name);
  const bytes = await platform.readFile(path);
  const read = async (name: string) => ({ path: name, data: await platform.readFile(beside(name)) });
  return { bytes, externalData: externalData && (await Promise.all(externalData.map(read))) };
}

function inTurn(session: InferenceSession, queue: Queue): Session {
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    inputMetadata: session.inputMetadata,
    outputMetadata: session.outputMetadata,
    // The cast: of an overloaded function, Parameters sees the last form alone.
    run: ((...args: Parameters<Session["run"]>) => queue.add(() => session.run(...args))) as Session["run"],
    release: () => queue.add(() => session.release()),
  };
}

/** ONNX Runtime takes the names of its settings as nested objects and their values as strings. */
function withSpinning(extra: Record<string, unknown> | undefined, spinning: boolean): Record<string, unknown> {
  const session = (extra?.["session"] ?? {}) as Record<string, unknown>;
  const intra = (session["intra_op"] ?? {}) as Record<string, unknown>;
  return { ...extra, session: { ...session, intra_op: { allow_spinning: spinning ? "1" : "0", ...intra } } };
}

const ABSENT =
  /Failed to load shared library|backend not found|WebGPU adapter|GPU adapter|WebGPU is not supported|CUDA failure|CUDA error|no CUDA-capable device|cudaErr/i;
const DAMAGED =
  /protobuf parsing failed|File doesn't exist|path is a directory|external data|external initializer|out of bounds|End of file/i;

function translate(error: unknown, provider: Provider, file: string | undefined): unknown {
  const text = error instanceof Error ? error.message : String(error);
  if (provider !== "cpu" && ABSENT.test(text)) return new AbsentProvider(provider, firstLine(error), { cause: error });
  if (file !== undefined && DAMAGED.test(text)) {
    return new UserError(
      `${file}: ONNX Runtime cannot load this graph (${firstLine(error)}); the file or the data beside it is missing or damaged`,
      { cause: error },
    );
  }
  return error;
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split("\n", 1)[0] ?? "").slice(0, 300);
}
