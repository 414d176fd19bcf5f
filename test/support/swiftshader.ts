import { existsSync } from "node:fs";

/** A Vulkan device in software, as Debian's chromium brings it. `.ci/run` sets the variable; elsewhere it is looked for. */
const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";

/** Lets WebGPU run where there is no GPU. Returns whether a device was promised, so that its absence is a failure. */
export function useSwiftShader(): boolean {
  const wanted = process.env["VK_ICD_FILENAMES"] !== undefined;
  if (!wanted && existsSync(SWIFTSHADER)) process.env["VK_ICD_FILENAMES"] = SWIFTSHADER;
  return wanted;
}
