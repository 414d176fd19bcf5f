import { stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@s2s/runtime";
import { airlinePassengers } from "./airline-passengers.ts";
import { beijingPm25 } from "./beijing-pm25.ts";
import { parseTable } from "./csv-series.ts";
import { dataBytes, dataFile } from "./data-files.ts";
import type { Recipe } from "./recipe.ts";
import type { KnownSeries } from "./series.ts";

const SERIES: readonly KnownSeries[] = [beijingPm25, airlinePassengers];
const FILES = SERIES.map(({ file }) => file).join(" or ");

export const forecast: Recipe = {
  description: "series of numbers to the next ones: hourly air in Beijing with the weather, or monthly airline passengers",
  data: `${FILES}, or its folder`,
  make: async ({ data }) => {
    const path = await seriesFile(data);
    const table = parseTable((await dataBytes(path)).toString("utf8"), path);
    const known = SERIES.find(({ header }) => header.every((column) => table.columns.includes(column)));
    if (known === undefined)
      throw new UserError(
        `${path}: is neither ${SERIES.map(({ file }) => file).join(" nor ")}: its header has ${headerStart(table.columns)}`,
      );
    return known.make(table, path);
  },
};

/** The file that `--data` names, or whichever of the known ones is in its folder. */
async function seriesFile(data: string): Promise<string> {
  for (const { file } of SERIES) {
    const path = join(data, file);
    if ((await stat(path).catch(() => undefined)) !== undefined) return path;
  }
  return dataFile(data, FILES);
}

function headerStart(columns: readonly string[]): string {
  const text = columns.join(", ");
  return text.length > 60 ? `${text.slice(0, 60)}...` : text || "no columns";
}
