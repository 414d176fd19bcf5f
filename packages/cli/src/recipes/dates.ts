import { UserError } from "@s2s/runtime";
import { hash32, uniform } from "@s2s/trainer";
import type { ConfigInput } from "@s2s/trainer";
import { DATE_FORMATS, iso, PIVOT_YEARS } from "./date-formats.ts";
import type { CalendarDate, DateFormat } from "./date-formats.ts";
import type { Recipe, RecipeOptions, WrittenFile } from "./recipe.ts";
import { writeFiles } from "./write-files.ts";

export interface DatesOptions extends RecipeOptions {
  /** Pairs in each file. */
  readonly train: number;
  readonly valid: number;
  readonly test: number;
}

/** A date as people write it, and in ISO 8601. */
export interface DatePair {
  readonly source: string;
  readonly target: string;
}

/** Years that dates are drawn from. */
export const YEARS = { first: 1900, last: 2099 } as const;
/** Well below the number of different texts, so that drawing new ones stays quick. */
const MAX_PAIRS = 500_000;
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
  write: (folder, { seed }) => writeDatesRecipe(folder, { seed, train: 20_000, valid: 1000, test: 1000 }),
};

/**
 * Writes train.tsv, valid.tsv, test.tsv and s2s.config.json, a function of the options alone; test.tsv does not change with the sizes
 * of the others. No source text occurs twice, in one file or across them.
 *
 * @throws UserError for sizes below 1 or above 500,000 together, and where files with other content are there
 */
export async function writeDatesRecipe(folder: string, { seed, train, valid, test }: DatesOptions): Promise<WrittenFile[]> {
  for (const [name, size] of Object.entries({ train, valid, test })) {
    if (!Number.isSafeInteger(size) || size < 1) throw new UserError(`dates: ${name} must be a whole number of at least 1, but is ${size}`);
  }
  if (train + valid + test > MAX_PAIRS) {
    throw new UserError(`dates: train, valid and test are ${train + valid + test} pairs together, but at most ${MAX_PAIRS} can be made`);
  }
  const pairs = newPairs(seed);
  const take = (count: number): string => {
    const lines: string[] = [];
    while (lines.length < count) {
      const { source, target } = pairs.next().value;
      lines.push(`${source}\t${target}\n`);
    }
    return lines.join("");
  };
  const testText = take(test);
  const validText = take(valid);
  const trainText = take(train);
  const config = `${JSON.stringify(CONFIG, undefined, 2)}\n`;
  const files = { "train.tsv": trainText, "valid.tsv": validText, "test.tsv": testText, "s2s.config.json": config };
  const sizes = [train, valid, test, undefined];
  return (await writeFiles(folder, files)).map((path, i) => ({ path, pairs: sizes[i] }));
}

/** Endless pairs, none with a source that came before. */
function* newPairs(seed: number): Generator<DatePair, never, undefined> {
  const seen = new Set<string>();
  for (let index = 0; ; index++) {
    const pair = drawPair(seed, index);
    if (seen.has(pair.source)) continue;
    seen.add(pair.source);
    yield pair;
  }
}

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
