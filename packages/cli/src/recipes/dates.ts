import { hash32, uniform } from "@s2s/trainer";
import type { ConfigInput } from "@s2s/trainer";
import { DATE_FORMATS, iso, PIVOT_YEARS } from "./date-formats.ts";
import type { CalendarDate, DateFormat } from "./date-formats.ts";
import { generatedFiles, pair } from "./generated.ts";
import { configFile, type Recipe } from "./recipe.ts";

/** A date as people write it, and in ISO 8601. */
export interface DatePair {
  readonly source: string;
  readonly target: string;
}

/** Years that dates are drawn from. */
export const YEARS = { first: 1900, last: 2099 } as const;
const SIZES = { train: 20_000, valid: 1000, test: 1000 };
const DAY_MS = 86_400_000;

/** Small enough for two minutes of training on two cores, large enough for 99% of dates it never saw. */
const CONFIG: ConfigInput = {
  data: { train: "train.tsv", valid: "valid.tsv" },
  encoder: { embedding: 64, hidden: 128 },
  decoder: { embedding: 64, hidden: 128 },
  training: { epochs: 12, batchSize: 64, learningRate: 0.003 },
};

/** Dates as people write them (see `DATE_FORMATS`) to ISO 8601. */
export const dates: Recipe = {
  description: `dates in ${Object.keys(DATE_FORMATS).length} formats to ISO 8601: "3rd of March, 2021" to "2021-03-03"`,
  make: ({ seed }) => [
    ...generatedFiles(SIZES, (index) => {
      const { source, target } = drawPair(seed, index);
      return pair(source, target);
    }),
    configFile(CONFIG),
  ],
};

const formats = Object.values(DATE_FORMATS);

/** A function of (seed, index): any format and any day are equally likely; three texts in ten are in lower or upper case. */
export function drawPair(seed: number, index: number): DatePair {
  const format = formats[hash32(seed, "date format", 0, index) % formats.length]!;
  const date = drawDate(format, uniform(seed, "date", 0, index));
  const written = format.write(date);
  const letters = uniform(seed, "date letters", 0, index);
  const source = letters < 0.2 ? written.toLowerCase() : letters < 0.3 ? written.toUpperCase() : written;
  return { source, target: iso(date) };
}

/** The day at a fraction of the format's years. */
function drawDate({ shortYear }: DateFormat, fraction: number): CalendarDate {
  const { first, last } = shortYear ? PIVOT_YEARS : YEARS;
  const begin = Date.UTC(first, 0, 1);
  const days = (Date.UTC(last + 1, 0, 1) - begin) / DAY_MS;
  const day = new Date(begin + Math.floor(fraction * days) * DAY_MS);
  return { year: day.getUTCFullYear(), month: day.getUTCMonth() + 1, day: day.getUTCDate(), weekday: day.getUTCDay() };
}
