import { load, UserError, type Model } from "@s2s/runtime";
import type { Precision } from "@s2s/runtime/manifest";
import { Option } from "commander";
import { countOption, deviceOption, precisionOption, providerOption } from "./common.ts";

/** Of a command that loads a model to answer. */
export interface ModelOptions {
  readonly threads?: number;
  readonly device?: string;
  readonly ep?: string;
  readonly precision?: Precision | "auto";
  readonly ensemble?: readonly string[];
}

export function modelOptions(): Option[] {
  return [ensembleOption(), countOption("threads", "CPU threads (default: 1)", 1024), deviceOption(), providerOption(), precisionOption()];
}

export const ensembleOption = (): Option =>
  new Option("--ensemble <runs>", "further runs or bundles, commas between them: what they give is averaged with the model's").argParser(
    (text) => text.split(",").map((run) => run.trim()),
  );

/** The model that the options ask for. @throws UserError as `load` does */
export async function loadModel(run: string, { ep, device, ...options }: ModelOptions): Promise<Model> {
  if (ep !== undefined && device !== undefined) throw new UserError("--ep and --device say the same: give one of them");
  // Nothing else waits for this thread, and one of the model's own takes 70 ms to start.
  return load(run, { ...options, device: device ?? ep, worker: false });
}
