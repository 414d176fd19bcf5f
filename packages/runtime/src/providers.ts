import { UserError } from "./errors.ts";

/** Where ONNX Runtime can run a graph. */
export type Provider = "cpu" | "cuda" | "webgpu" | "wasm";

export const PROVIDERS: readonly Provider[] = ["cpu", "cuda", "webgpu", "wasm"];

/** What a machine needs for a provider, and how it gets there. */
const REQUIREMENTS: Readonly<Record<Provider, string>> = {
  cpu: "install onnxruntime-node for this platform: it has binaries for Linux and Windows (x64, arm64) and for macOS (arm64)",
  cuda:
    "it needs Linux x64, an NVIDIA driver, CUDA 12, cuDNN 9 and the provider's library, which onnxruntime-node fetches from NuGet: " +
    "run `node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12`",
  webgpu:
    "it needs a GPU and its driver: install Vulkan on Linux (libvulkan1 and the GPU's driver, such as mesa-vulkan-drivers); " +
    "Windows (Direct3D 12) and macOS (Metal) bring it",
  wasm: "it needs the package onnxruntime-web, and where a page has a content security policy, 'wasm-unsafe-eval' in its script-src",
};

/** What to install so that a provider becomes available. */
export function providerRequirements(provider: Provider): string {
  return REQUIREMENTS[provider];
}

/** A user's machine lacks a provider: says why, what to install, and what to use instead. */
export class AbsentProvider extends UserError {
  constructor(provider: Provider, why: string, options?: ErrorOptions) {
    const elsewhere = provider === "cpu" ? "" : "; or use cpu";
    super(`provider ${provider} is not available here (${why}): ${REQUIREMENTS[provider]}${elsewhere}`, options);
  }
}
