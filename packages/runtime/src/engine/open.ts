import { platform } from "#platform";
import { openBundle, type Bundle } from "../bundle.ts";
import { startOrt } from "../ort.ts";
import { AbsentProvider, type Provider } from "../providers.ts";
import { type BundleSource, openSource } from "../source/source.ts";
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
  { source, ensemble, device, precision, threads, cache }: OpenRequest,
  { signal, onProgress }: Following,
): Promise<Opened> {
  signal?.throwIfAborted();
  const asked = parseDevice(device);
  if (asked !== "auto") await platform.requireProvider(asked);
  const progress = new DownloadSum(onProgress);
  // Beside the bundle's download; what fails here fails again where it is needed, and is told there.
  const provider = asked === "auto" ? (platform.providers[0] as Provider) : asked;
  const started = startOrt(provider, (bytes, total) => progress.add("ONNX Runtime", bytes, total)).catch(() => undefined);
  const open = async (from: BundleSource, member: number): Promise<Bundle> => {
    const files = await openSource(from, {
      cache,
      signal,
      openPath: platform.openPath,
      onProgress: ({ file, loaded, total }) => progress.set(member, file, loaded, total),
    });
    return openBundle(files, { precision, supports: asked === "auto" ? undefined : (variant) => supports(asked, variant) });
  };
  const bundle = await open(source, 0);
  const others: Bundle[] = [];
  for (const [i, other] of ensemble.entries()) others.push(await open(other, i + 1));
  await started;
  signal?.throwIfAborted();
  onProgress?.({ phase: "start", loaded: 0, total: 1 });
  const opened = await openGraphs(bundle, others, asked, threads);
  onProgress?.({ phase: "start", loaded: 1, total: 1 });
  return opened;
}

async function openGraphs(bundle: Bundle, others: readonly Bundle[], asked: Provider | "auto", threads: number): Promise<Opened> {
  const failures: AbsentProvider[] = [];
  for (const { provider, reason } of candidates(asked, bundle.manifest, bundle.variant)) {
    try {
      if (asked === "auto") await platform.requireProvider(provider);
      const graphs = await Graphs.open(bundle, { provider, threads }, others);
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
  /** Of each member. */
  readonly #bundles: { loaded: number; total: number | undefined }[] = [];
  #runtime: { loaded: number; total: number | undefined } = { loaded: 0, total: 0 };

  constructor(onProgress: ((progress: LoadProgress) => void) | undefined) {
    this.#onProgress = onProgress;
  }

  set(member: number, file: string, loaded: number, total: number | undefined): void {
    this.#bundles[member] = { loaded, total };
    this.#tell(file);
  }

  add(file: string, bytes: number, total: number | undefined): void {
    this.#runtime = { loaded: this.#runtime.loaded + bytes, total };
    this.#tell(file);
  }

  #tell(file: string): void {
    const parts = [...this.#bundles, this.#runtime];
    const total = parts.some((part) => part.total === undefined) ? undefined : sum(parts.map((part) => part.total as number));
    this.#onProgress?.({ phase: "download", file, loaded: sum(parts.map(({ loaded }) => loaded)), total });
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
