import { describe, expect, it } from "vitest";
import { DATE_FORMATS, iso } from "../src/recipes/date-formats.ts";
import type { CalendarDate } from "../src/recipes/date-formats.ts";
import { dates, drawPair, YEARS } from "../src/recipes/dates.ts";

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

describe("the recipe", () => {
  it("is made of the drawn pairs", async () => {
    const files = await dates.make({ seed: 5, data: "", split: "" });
    expect(files.map(({ examples }) => examples)).toEqual([20_000, 1000, 1000, undefined]);
    // The test comes first, so that it does not change with the sizes of the others.
    const { source, target } = drawPair(5, 0);
    expect(String(files[2]?.content).startsWith(`${source}\t${target}\n`)).toBe(true);
    expect(dates.description).toContain("34 formats");
  });
});
