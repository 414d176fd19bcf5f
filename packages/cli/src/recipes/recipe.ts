import type { ConfigInput } from "@s2s/trainer";

/** A data set that `s2s init` makes, and the `s2s.config.json` that trains on it. */
export interface Recipe {
  /** One line for help. */
  readonly description: string;
  /** What `--data` has to name, for help and errors; undefined where all is generated. */
  readonly data?: string;
  /** What `--split` takes, the default first; undefined where there is one way to split. */
  readonly splits?: readonly string[];
  /** The files, a function of the options and of the data that they name. @throws UserError where these data are missing or others */
  make(options: RecipeOptions): RecipeFile[] | Promise<RecipeFile[]>;
}

export interface RecipeOptions {
  readonly seed: number;
  /** A file or folder; empty for recipes that take none. */
  readonly data: string;
  /** One of the recipe's splits; empty for recipes that have none. */
  readonly split: string;
}

export interface RecipeFile {
  /** Within the recipe's folder. */
  readonly name: string;
  readonly content: string | Uint8Array;
  /** Examples in the file; undefined for the configuration and what examples refer to. */
  readonly examples?: number;
}

export const CONFIG_FILE = "s2s.config.json";

export function configFile(config: ConfigInput): RecipeFile {
  return { name: CONFIG_FILE, content: `${JSON.stringify(config, undefined, 2)}\n` };
}

/** A file with a line for each example. */
export function linesFile(name: string, lines: readonly string[]): RecipeFile {
  return { name, content: lines.map((line) => `${line}\n`).join(""), examples: lines.length };
}
