import { readConfigInput, readRunConfig, refuseIdleKeys, resolveConfig, type Config, type ConfigInput } from "@s2s/trainer";
import type { ConfigOptions } from "./config-options.ts";

export interface ConfigSources {
  /** A configuration file. */
  readonly file?: string | undefined;
  /** A run whose configuration is gone on with. */
  readonly run?: string | undefined;
  /** A configuration that comes with the tool. */
  readonly preset?: ConfigInput | undefined;
  readonly given: ConfigOptions;
}

/** Options over the file's (or the run's) keys over the defaults. @throws UserError with file, line and key, or the option */
export async function settleConfig({ file, run, preset = {}, given }: ConfigSources): Promise<Config> {
  const base = run !== undefined ? await readRunConfig(run) : file !== undefined ? await readConfigInput(file) : preset;
  const origin = file === undefined ? "the options" : `${file} and the options`;
  const locate = (path: readonly string[]): string => given.locate(path, origin);
  const config = resolveConfig(merge(base, given.input()), locate);
  // A file's keys have been held against the file alone: options may choose otherwise without unsaying what hangs on it.
  refuseIdleKeys(given.input("own"), config, locate);
  return config;
}

function merge(base: ConfigInput, over: ConfigInput): ConfigInput {
  const sections = Object.entries(over).map(([name, keys]) => {
    if (typeof keys !== "object") return [name, keys];
    const below = base[name as keyof ConfigInput];
    return [name, { ...(typeof below === "object" ? below : {}), ...keys }];
  });
  return { ...base, ...Object.fromEntries(sections) };
}
