import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@s2s/runtime";
import { loadDataset, readConfig } from "@s2s/trainer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DATE_FORMATS, iso } from "../src/recipes/date-formats.ts";
import type { CalendarDate } from "../src/recipes/date-formats.ts";
import { drawPair, writeDatesRecipe, YEARS } from "../src/recipes/dates.ts";
import { RECIPES } from "../src/recipes/index.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "s2s-dates-"))));
afterAll(() => rm(folder, { recursive: true }));

const sizes = { seed: 1, train: 3000, valid: 200, test: 300 };
async function pairsOf(path: string): Promise<[string, string][]> {
  const lines = (await readFile(path, "utf8")).split("\n");
  expect(lines.pop()).toBe("");
  return lines.map((line) => line.split("\t") as [string, string]);
}
/** Every day of some years, weekday by counting on from Monday, 1 January 1900. */
function* calendar(): Generator<CalendarDate> {
  let weekday = 1;
  for (let year: number = YEARS.first; year <= YEARS.last; year++) {
    const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
    const lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    for (const [i, length] of lengths.entries()) {
      for (let day = 1; day <= length; day++, weekday = (weekday + 1) % 7) yield { year, month: i + 1, day, weekday };
    }
  }
}

describe("DATE_FORMATS", () => {
  it("are at least 20, each named by how it writes 3 March 2021", () => {
    expect(Object.keys(DATE_FORMATS).length).toBeGreaterThanOrEqual(20);
    expect(Object.keys(DATE_FORMATS)).toContain("3rd of March, 2021");
    const date = { year: 2021, month: 3, day: 3, weekday: 3 };
    for (const [name, format] of Object.entries(DATE_FORMATS)) expect(format.write(date)).toBe(name);
  });

  it("write days, ordinals and padded numbers rightly", () => {
    const write = (name: string, day: number, month = 11, year = 2007): string =>
      DATE_FORMATS[name]!.write({ year, month, day, weekday: 0 });
    const nth = (day: number): string => write("3rd of March 2021", day).split(" ")[0]!;
    expect([1, 2, 3, 4, 10, 11, 12, 13, 20, 21, 22, 23, 24, 30, 31].map(nth)).toEqual(
      "1st 2nd 3rd 4th 10th 11th 12th 13th 20th 21st 22nd 23rd 24th 30th 31st".split(" "),
    );
    const ordinal = (day: number): string => write("March third, 2021", day).split(/[ ,]/)[1]!;
    expect([1, 9, 10, 12, 19, 20, 21, 29, 30, 31].map(ordinal)).toEqual(
      "first ninth tenth twelfth nineteenth twentieth twenty-first twenty-ninth thirtieth thirty-first".split(" "),
    );
    expect(write("3/3/21", 5)).toBe("11/5/07");
    expect(write("3.3.21", 5, 1, 2000)).toBe("5.1.00");
    expect(write("03-MAR-21", 5)).toBe("05-NOV-07");
    expect(write("Wednesday, March 3, 2021", 5)).toBe("Sunday, November 5, 2007");
  });

  it("never write two days alike, in any letters, within the years that are drawn", { timeout: 60_000 }, () => {
    const readings = new Map<string, string>();
    for (const date of calendar()) {
      // Every third year is enough to meet each century, leap years and both sides of the pivot.
      if (date.year % 3 !== 0) continue;
      for (const format of Object.values(DATE_FORMATS)) {
        if (format.shortYear && (date.year < 1969 || date.year > 2068)) continue;
        const text = format.write(date).toLowerCase();
        const meaning = iso(date);
        const known = readings.get(text);
        if (known !== undefined && known !== meaning) throw new Error(`${text} is both ${known} and ${meaning}`);
        readings.set(text, meaning);
      }
    }
    expect(readings.size).toBeGreaterThan(500_000);
  });
});

describe("drawPair", () => {
  it("writes days of the calendar with their weekday, all formats and all letters", () => {
    const weekdays = new Map(Array.from(calendar(), (date) => [iso(date), date.weekday]));
    const names = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    const pairs = Array.from({ length: 20_000 }, (_, i) => drawPair(5, i));
    for (const { source, target } of pairs) {
      expect(weekdays.has(target)).toBe(true);
      const said = names.indexOf(/^(sun|mon|tue|wed|thu|fri|sat)/i.exec(source)?.[0].toLowerCase() ?? "");
      if (said >= 0) expect(`${source} ${said}`).toBe(`${source} ${weekdays.get(target)}`);
    }
    const shape = (text: string): string => text.replace(/\p{L}+/gu, "a").replace(/\d+/g, "1");
    expect(new Set(pairs.map(({ source }) => shape(source))).size).toBeGreaterThan(20);
    expect(Math.max(...pairs.map(({ source }) => source.length))).toBeLessThanOrEqual(36);
    expect(pairs.some(({ source }) => /^\d+ [a-z]+ \d+$/.test(source))).toBe(true);
    expect(pairs.some(({ source }) => /^\d+ [A-Z]+ \d+$/.test(source))).toBe(true);
    expect(pairs.some(({ target }) => target.endsWith("-02-29"))).toBe(true);
    const years = pairs.map(({ target }) => Number(target.slice(0, 4)));
    expect([Math.min(...years), Math.max(...years)]).toEqual([YEARS.first, YEARS.last]);
  });

  it("is a function of seed and index", () => {
    expect(drawPair(1, 7)).toEqual(drawPair(1, 7));
    const texts = (seed: number): string[] => Array.from({ length: 20 }, (_, i) => drawPair(seed, i).source);
    expect(texts(1)).not.toEqual(texts(2));
  });
});

describe("writeDatesRecipe", () => {
  it("writes files that share no source text, in the asked sizes", async () => {
    const dir = join(folder, "deep", "dates");
    const written = await writeDatesRecipe(dir, sizes);
    expect(written).toEqual([
      { path: join(dir, "train.tsv"), pairs: 3000 },
      { path: join(dir, "valid.tsv"), pairs: 200 },
      { path: join(dir, "test.tsv"), pairs: 300 },
      { path: join(dir, "s2s.config.json"), pairs: undefined },
    ]);
    const all = (await Promise.all(written.slice(0, 3).map(({ path }) => pairsOf(path)))).flat();
    expect(all.length).toBe(3500);
    expect(new Set(all.map(([source]) => source)).size).toBe(3500);
  });

  it("writes a configuration that loads the files", async () => {
    const dir = join(folder, "loads");
    await writeDatesRecipe(dir, sizes);
    const config = await readConfig(join(dir, "s2s.config.json"));
    const data = await loadDataset(config);
    expect([data.train.count, data.valid.count]).toEqual([3000, 200]);
    // Digits and the hyphen, beside the four special tokens.
    expect(data.targetVocabulary.size).toBe(15);
  });

  it("gives the same bytes for the same seed, other pairs for another, and the same test file for every size of training", async () => {
    const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");
    await writeDatesRecipe(join(folder, "a"), sizes);
    await writeDatesRecipe(join(folder, "b"), sizes);
    await writeDatesRecipe(join(folder, "c"), { ...sizes, seed: 2 });
    await writeDatesRecipe(join(folder, "d"), { ...sizes, train: 50 });
    for (const name of await readdir(join(folder, "a"))) expect(await read(`a/${name}`)).toBe(await read(`b/${name}`));
    expect(await read("c/train.tsv")).not.toBe(await read("a/train.tsv"));
    expect(await read("d/test.tsv")).toBe(await read("a/test.tsv"));
  });

  it("does nothing the second time and never overwrites what someone changed", async () => {
    const dir = join(folder, "again");
    await writeDatesRecipe(dir, sizes);
    await writeDatesRecipe(dir, sizes);
    const config = join(dir, "s2s.config.json");
    await writeFile(config, "{}");
    await rm(join(dir, "train.tsv"));
    const refused = writeDatesRecipe(dir, sizes);
    await expect(refused).rejects.toThrow(
      new UserError(`${config}: is there already with other content: remove it or choose another folder`),
    );
    expect(await readFile(config, "utf8")).toBe("{}");
    expect(await readdir(dir)).not.toContain("train.tsv");
  });

  it("refuses sizes out of bounds", async () => {
    await expect(writeDatesRecipe(folder, { ...sizes, test: 0 })).rejects.toThrow(
      "dates: test must be a whole number of at least 1, but is 0",
    );
    await expect(writeDatesRecipe(folder, { ...sizes, train: 1e6 })).rejects.toThrow("at most 500000");
  });
});

describe("RECIPES", () => {
  it("has dates, with its default sizes", async () => {
    const dir = join(folder, "registry");
    const written = await RECIPES["dates"]!.write(dir, { seed: 1 });
    expect(written.map(({ pairs }) => pairs)).toEqual([20_000, 1000, 1000, undefined]);
    expect(RECIPES["dates"]!.description).toContain("34 formats");
  });
});
