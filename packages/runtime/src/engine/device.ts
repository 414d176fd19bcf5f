import { platform } from "#platform";
import { UserError } from "../errors.ts";
import type { Manifest, Variant } from "../manifest.ts";
import type { Provider } from "../providers.ts";
import type { DeviceName } from "./service.ts";

/**
 * Models of more parameters than this are tried on a GPU first where nobody says where to run. A decoder makes one step for each token, and a step
 * waits for the one before: on a GPU it costs the launches of its operators and the way of the logits back, about a millisecond whatever its size; on
 * a CPU the time to read the weights once, which for 30 million of them in float32 is about as much as ten such milliseconds.
 */
const LARGE = 30_000_000;

/** A provider that is to be tried, and why. */
export interface Candidate {
  readonly provider: Provider;
  readonly reason: string;
}

/**
 * What a caller's name of a device means here: a short name, or the long one of this platform.
 * @throws UserError for another platform's device and for what is none
 */
export function parseDevice(device: unknown): Provider | "auto" {
  if (device === "auto") return device;
  // In a page the CPU is reached through wasm.
  if (device === "cpu") return platform.providers[0] as Provider;
  const known = platform.providers.find((provider) => device === provider || device === deviceName(provider));
  if (known !== undefined) return known;
  const choices = ["auto", ...new Set(["cpu", ...platform.providers])].join(", ");
  const here = platform.family === "node" ? "Node" : "a page";
  throw new UserError(`unknown device ${JSON.stringify(device)?.slice(0, 40)}: in ${here} choose one of ${choices}`);
}

export function deviceName(provider: Provider): DeviceName {
  return `${platform.family}-${provider}` as DeviceName;
}

/** Whether a provider computes in the precision of a variant by itself: on GPUs there are no eight-bit products. */
export function supports(provider: Provider, { precision }: Variant): boolean {
  return precision !== "int8" || provider === "cpu" || provider === "wasm";
}

/** The providers to try, in their order. */
export function candidates(asked: Provider | "auto", manifest: Manifest, variant: Variant): Candidate[] {
  if (asked !== "auto") return [{ provider: asked, reason: "asked for" }];
  const count = parameterCount(manifest);
  const size = `${Number((count / 1e6).toPrecision(2))} million parameters`;
  const [main, ...others] = platform.providers as [Provider, ...Provider[]];
  const chosen: Candidate[] = [];
  if (count > LARGE) {
    // In Node ONNX Runtime's WebGPU is not made for several threads, so it is used where it is asked for.
    const gpu = others.find((provider) => provider === "cuda" || (provider === "webgpu" && platform.family !== "node"));
    if (gpu !== undefined && supports(gpu, variant)) chosen.push({ provider: gpu, reason: `auto: ${size} are faster on a GPU` });
  }
  const small = count > LARGE ? "what is left for a large model" : `with ${size} a step is faster than a GPU's launches`;
  chosen.push({ provider: main, reason: `auto: ${small}` });
  if (main !== "wasm") chosen.push({ provider: "wasm", reason: "auto: runs everywhere" });
  return chosen;
}

function parameterCount({ parameters }: Manifest): number {
  return parameters.reduce((sum, { shape }) => sum + shape.reduce<number>((size, dimension) => size * Number(dimension), 1), 0);
}
