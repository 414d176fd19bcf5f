import type { InferenceSession } from "onnxruntime-common";
import { UserError } from "./errors.ts";
import { explainAbsence, type Provider } from "./providers.ts";

// Feeds are read by their fields, so the class of onnxruntime-common serves every build; it needs no native library to be loaded.
export { Tensor } from "onnxruntime-common";

// ONNX Runtime's Node builds send telemetry and keep a device id in the home folder unless this is set before they load. A program that
// answers in private does neither; whoever wants it sets the variable to 0.
if (typeof process !== "undefined") process.env["ORT_DISABLE_TELEMETRY"] ??= "1";

type Ort = Pick<typeof import("onnxruntime-common"), "InferenceSession" | "env">;

/**
 * A loaded graph. `run(feeds)` blocks the calling thread in Node until the outputs are there. Release it: what is not
 * released leaks.
 */
export type Session = InferenceSession;

export interface SessionOptions {
  /** Where to run (default "cpu"). Operators that a GPU provider lacks run on the CPU; an absent provider is an error. */
  readonly provider?: Provider | undefined;
  /** Threads inside an operator (default: as many as ONNX Runtime likes, about one a core). */
  readonly threads?: number | undefined;
  readonly optimization?: "disabled" | "basic" | "extended" | "all" | undefined;
  /** Whether idle threads spin for some 28 ms after each run, which burns a core to save microseconds (default false). */
  readonly spinning?: boolean | undefined;
  /** Any other option of ONNX Runtime's. */
  readonly ort?: Omit<InferenceSession.SessionOptions, "executionProviders" | "intraOpNumThreads" | "graphOptimizationLevel"> | undefined;
}

let runtime: Promise<Ort> | undefined;

/** Loads the native library (Node) or the wasm (elsewhere) when it is first needed: `s2s --help` does not wait for it. */
async function loadOrt(): Promise<Ort> {
  runtime ??= import("#ort").then(
    (ort: Ort) => {
      // Providers write to the default log before a session has one of its own.
      ort.env.logLevel = "fatal";
      return ort;
    },
    (error: unknown) => {
      runtime = undefined;
      if (/onnxruntime_binding\.node|ERR_DLOPEN_FAILED/.test(String(error))) {
        throw new UserError(
          `ONNX Runtime cannot be loaded on this machine (${firstLine(error)}); onnxruntime-node has binaries for Linux and Windows on x64 and arm64 and for macOS on arm64`,
        );
      }
      throw error;
    },
  );
  return runtime;
}

/** The version of ONNX Runtime, such as "1.30.0". */
export async function ortVersion(): Promise<string> {
  const { versions } = (await loadOrt()).env;
  return versions.node ?? versions.web ?? versions.common;
}

/**
 * Loads a graph from its file (which finds external data beside it) or from its bytes.
 * @throws UserError when the provider is not there, or the file is missing or damaged.
 */
export async function createSession(model: string | Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const { InferenceSession } = await loadOrt();
  const provider = options.provider ?? "cpu";
  const settings: InferenceSession.SessionOptions = {
    // What matters is thrown; the log would only repeat it over many lines. `ort` can turn it on.
    logSeverityLevel: 4,
    ...options.ort,
    executionProviders: [provider],
    graphOptimizationLevel: options.optimization ?? "all",
    extra: withSpinning(options.ort?.extra, options.spinning ?? false),
    ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
  };
  try {
    // Two calls, since the overloads do not take the union.
    return await (typeof model === "string" ? InferenceSession.create(model, settings) : InferenceSession.create(model, settings));
  } catch (error) {
    throw translate(error, provider, typeof model === "string" ? model : undefined);
  }
}

/** ONNX Runtime takes the names of its settings as nested objects and their values as strings. */
function withSpinning(extra: Record<string, unknown> | undefined, spinning: boolean): Record<string, unknown> {
  const session = (extra?.["session"] ?? {}) as Record<string, unknown>;
  const intra = (session["intra_op"] ?? {}) as Record<string, unknown>;
  return { ...extra, session: { ...session, intra_op: { allow_spinning: spinning ? "1" : "0", ...intra } } };
}

const ABSENT = /Failed to load shared library|backend not found|WebGPU adapter|CUDA failure|CUDA error|no CUDA-capable device|cudaErr/i;
const DAMAGED =
  /protobuf parsing failed|File doesn't exist|path is a directory|external data|external initializer|out of bounds|End of file/i;

function translate(error: unknown, provider: Provider, file: string | undefined): unknown {
  const text = error instanceof Error ? error.message : String(error);
  if (provider !== "cpu" && ABSENT.test(text)) return new UserError(explainAbsence(provider, firstLine(error)), { cause: error });
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
