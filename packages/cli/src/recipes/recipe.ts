/** A data set that `s2s init` makes: pairs in tab-separated files and the `s2s.config.json` that trains on them. */
export interface Recipe {
  /** One line for help. */
  readonly description: string;
  /** Writes the data set, a function of the seed, into a folder that is made where it is missing. @throws UserError where files there differ */
  write(folder: string, options: RecipeOptions): Promise<WrittenFile[]>;
}

export interface RecipeOptions {
  readonly seed: number;
}

export interface WrittenFile {
  readonly path: string;
  /** Pairs in the file; undefined for the configuration. */
  readonly pairs?: number | undefined;
}
