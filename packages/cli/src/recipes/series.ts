import type { ConfigInput } from "@s2s/trainer";
import { tableText, type Table } from "./csv-series.ts";
import { configFile, type RecipeFile } from "./recipe.ts";

/** A time series that the recipe `forecast` knows. */
export interface KnownSeries {
  /** Its file's name. */
  readonly file: string;
  /** Columns that tell it from others. */
  readonly header: readonly string[];
  /** @param path what errors call the file */
  make(table: Table, path: string): RecipeFile[];
}

export interface SeriesParts {
  readonly columns: readonly string[];
  /** In the order of time. */
  readonly rows: readonly (readonly number[])[];
  /** Rows that are trained on, and after which validation ends; the rest is the test. */
  readonly trainEnd: number;
  readonly validEnd: number;
  readonly config: ConfigInput & { readonly forecast: { readonly window: number } };
}

/** Files of a series cut by time. Validation and test begin a window earlier, so that their first forecast is of their first own row. */
export function seriesFiles({ columns, rows, trainEnd, validEnd, config }: SeriesParts): RecipeFile[] {
  const { window } = config.forecast;
  const file = (name: string, first: number, end: number): RecipeFile => {
    const part = rows.slice(first, end);
    return { name: `${name}.csv`, content: tableText(columns, part), examples: part.length };
  };
  const files = [file("train", 0, trainEnd), file("valid", trainEnd - window, validEnd)];
  if (validEnd < rows.length) files.push(file("test", validEnd - window, rows.length));
  return [...files, configFile(config)];
}
