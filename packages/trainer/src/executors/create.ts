import { requireProvider } from "@s2s/runtime";
import type { CreateExecutor } from "../train-options.ts";
import { createCpuExecutor } from "./cpu.ts";
import { createDeviceExecutor } from "./device.ts";

/**
 * The executor of the configured provider: shards on single-threaded workers for the CPU, the whole step in one graph elsewhere.
 * @throws UserError when the provider is not there, with what to install
 */
export const createExecutor: CreateExecutor = async (context) => {
  const { ep } = context.config.training;
  if (ep === "cpu") return createCpuExecutor(context);
  await requireProvider(ep);
  return createDeviceExecutor(context);
};
