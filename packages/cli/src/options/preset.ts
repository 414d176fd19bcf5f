import { UserError } from "@s2s/runtime";
import type { ConfigInput } from "@s2s/trainer";
import { Option } from "commander";
import { PRESETS } from "../recipes/presets.ts";
import { oneOf } from "./common.ts";

const names = Object.keys(PRESETS);

/** `--preset`: a configuration that comes with the tool. */
export function presetOption(): Option {
  return new Option(`--preset <${names.join("|")}>`, "instead of a file: the model of a paper in its full size").argParser(
    oneOf("--preset", names),
  );
}

/** The preset that was asked for. @throws UserError beside another source of a configuration */
export function presetOf({ config, preset }: { readonly config?: string; readonly preset?: string }): ConfigInput | undefined {
  if (config !== undefined && preset !== undefined)
    throw new UserError("--config and --preset both give a configuration: give one of them");
  return preset === undefined ? undefined : PRESETS[preset];
}
