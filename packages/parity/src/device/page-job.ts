import { type Look, runJob } from "./run-job.ts";

interface GpuAdapter {
  readonly info?: { readonly vendor?: string; readonly architecture?: string; readonly description?: string };
}

/** In a page and in a worker of one. */
export async function runInPage(address: string): Promise<void> {
  await runJob(address, {
    bundleAt: () => `${address}bundle/`,
    look: async ({ provider }) => (provider === "webgpu" ? lookForGpu() : {}),
  });
}

async function lookForGpu(): Promise<Look> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<GpuAdapter | null> } };
  if (!gpu) return { absent: "the browser has no WebGPU" };
  const adapter = await gpu.requestAdapter();
  if (!adapter) return { absent: "the browser found no GPU for WebGPU" };
  const { vendor, architecture, description } = adapter.info ?? {};
  const words = [...new Set([vendor, architecture, description])].filter((word) => word);
  return words.length > 0 ? { adapter: words.join(" ") } : {};
}
