import { platform } from "#platform";
import { openBundle, type Bundle } from "../bundle.ts";
import { startOrt } from "../ort.ts";
import { AbsentProvider, type Provider } from "../providers.ts";
import { openSource } from "../source/source.ts";
import { candidates, deviceName, parseDevice, supports } from "./device.ts";
import { Graphs } from "./graphs.ts";
import type { Device, Following, LoadProgress, OpenRequest } from "./service.ts";

export interface Opened {
  readonly bundle: Bundle;
  readonly graphs: Graphs;
  readonly device: Device;
}

/** Reads a bundle and opens its graphs on the device that was asked for or is the best one. @throws UserError */
export async function openEngine(
  { source, device, precision, threads, cache }: OpenRequest,
  { signal, onProgress }: Following,
): Promise<Opened> {
  signal?.throwIfAborted();
  const asked = parseDevice(device);
  if (asked !== "auto") await platform.requireProvider(asked);
  const progress = new DownloadSum(onProgress);
  // Beside the bundle's download; what fails here fails again where it is needed, and is told there.
  const provider = asked === "auto" ? (platform.providers[0] as Provider) : asked;
  const started = startOrt(provider, (bytes, total) => progress.add("ONNX Runtime", bytes, total)).catch(() => undefined);
  const files = await openSource(source, {
    cache,
    signal,
    openPath: platform.openPath,
    onProgress: ({ file, loaded, total }) => progress.set(file, loaded, total),
  });
  const bundle = await openBundle(files, {
    precision,
    supports: asked === "auto" ? undefined : (variant) => supports(asked, variant),
  });
  await started;
  signal?.throwIfAborted();
  onProgress?.({ phase: "start", loaded: 0, total: 1 });
  const opened = await openGraphs(bundle, asked, threads);
  onProgress?.({ phase: "start", loaded: 1, total: 1 });
  return opened;
}

async function openGraphs(bundle: Bundle, asked: Provider | "auto", threads: number): Promise<Opened> {
  const failures: AbsentProvider[] = [];
  for (const { provider, reason } of candidates(asked, bundle.manifest, bundle.variant)) {
    try {
      if (asked === "auto") await platform.requireProvider(provider);
      const graphs = await Graphs.open(bundle, { provider, threads });
      const before = failures.map(({ message }) => ` (${message})`).join("");
      return { bundle, graphs, device: { name: deviceName(provider), reason: `${reason}${before}` } };
    } catch (error) {
      if (!(error instanceof AbsentProvider)) throw error;
      failures.push(error);
    }
  }
  throw failures[0];
}

/** The bundle's download and ONNX Runtime's as one. */
class DownloadSum {
  readonly #onProgress: ((progress: LoadProgress) => void) | undefined;
  #bundle: { loaded: number; total: number | undefined } = { loaded: 0, total: 0 };
  #runtime: { loaded: number; total: number | undefined } = { loaded: 0, total: 0 };

  constructor(onProgress: ((progress: LoadProgress) => void) | undefined) {
    this.#onProgress = onProgress;
  }

  set(file: string, loaded: number, total: number | undefined): void {
    this.#bundle = { loaded, total };
    this.#tell(file);
  }

  add(file: string, bytes: number, total: number | undefined): void {
    this.#runtime = { loaded: this.#runtime.loaded + bytes, total };
    this.#tell(file);
  }

  #tell(file: string): void {
    const [a, b] = [this.#bundle, this.#runtime];
    const total = a.total === undefined || b.total === undefined ? undefined : a.total + b.total;
    this.#onProgress?.({ phase: "download", file, loaded: a.loaded + b.loaded, total });
  }
}
