import { describe, expect, test } from "vitest";
import { UserError } from "../src/errors.ts";
import { parseSearchOptions, SEARCH_NUMBERS, type SearchNumbers, type SearchOptions } from "../src/search/options.ts";
import { search } from "../src/search/search.ts";
import { END_ID } from "../src/vocabulary.ts";
import { HistoryModel } from "./history-model.ts";

const run = (options: Partial<SearchOptions>) => search(new HistoryModel(), [[4, END_ID]], { maxLength: 8, ...options });
const names = Object.keys(SEARCH_NUMBERS) as (keyof SearchNumbers)[];

describe("a number", () => {
  test.each(names)("%s: is refused where it is none or out of its bounds, by the search and by the parser", async (name) => {
    const { minimum, maximum, whole, above } = SEARCH_NUMBERS[name];
    const bounds = above ? `above ${minimum} and at most ${maximum}` : `from ${minimum} to ${maximum}`;
    const wrong = [NaN, Infinity, -Infinity, minimum - 1, maximum + 1, -1, ...(above ? [minimum] : []), ...(whole ? [minimum + 0.5] : [])];
    for (const value of wrong) {
      const message = `${name} must be a ${whole ? "whole " : ""}number ${bounds}, not ${value}`;
      await expect(run({ [name]: value })).rejects.toThrow(new UserError(message));
      expect(() => parseSearchOptions({ [name]: value })).toThrow(new UserError(message));
    }
    for (const value of ["3", null, true, [3], {}]) {
      await expect(run({ [name]: value })).rejects.toThrow(UserError);
      expect(() => parseSearchOptions({ [name]: value })).toThrow(`not ${JSON.stringify(value)}`);
    }
  });

  test.each(names)("%s: its bounds themselves are fine", (name) => {
    const { minimum, maximum, above } = SEARCH_NUMBERS[name];
    for (const value of [above ? Number.MIN_VALUE : minimum, maximum])
      expect(parseSearchOptions({ [name]: value })).toEqual({ [name]: value });
  });

  test("the defaults are what is taken where nothing is given", async () => {
    const defaults = Object.fromEntries(
      names.flatMap((name) => (SEARCH_NUMBERS[name].default === undefined ? [] : [[name, SEARCH_NUMBERS[name].default]])),
    );
    expect(await run(defaults)).toEqual(await run({}));
    expect(await run({ ...defaults, topK: 4 })).toEqual(await run({ topK: 4 }));
    await expect(search(new HistoryModel(), [], {} as SearchOptions)).rejects.toThrow(
      /^maxLength must be a whole number from 1 to 100000, not undefined$/,
    );
  });
});

describe("options at odds", () => {
  const cases: [Partial<SearchOptions>, RegExp][] = [
    [{ minLength: 9 }, /^minLength is 9, but maxLength only 8/],
    [{ prefix: [4, 4, 4, 4, 4, 4, 4, 4, 4] }, /^the prefix has 9 tokens, but maxLength is 8/],
    [{ prefix: [4, END_ID] }, /^prefix holds 3, which is not the id/],
    [{ prefix: [0] }, /^prefix holds 0/],
    [{ prefix: [2] }, /^prefix holds 2/],
    [{ prefix: [7] }, /^prefix holds 7.*the vocabulary has 7 entries/],
    [{ prefix: [-1] }, /^prefix holds -1/],
    [{ prefix: [4.5] }, /^prefix holds 4.5/],
    [{ prefix: "ab" as unknown as number[] }, /^prefix must be a list of token ids, not "ab"$/],
    [{ attention: 1 as unknown as boolean }, /^attention must be true or false, not 1$/],
    [{ beams: 2, temperature: 1 }, /^beams is 2, but temperature, topK and topP sample/],
    [{ beams: 2, topK: 3 }, /^beams is 2, but temperature, topK and topP sample/],
    [{ beams: 2, topP: 0.5 }, /^beams is 2, but temperature, topK and topP sample/],
    [{ nBest: 2 }, /^nBest is 2, but beams 1; raise beams to at least 2, or sample/],
    [{ nBest: 4, beams: 3 }, /^nBest is 4, but beams 3/],
    [{ nBest: 2, temperature: 0 }, /^nBest is 2, but beams 1/],
    [{ beams: 2, onToken: () => undefined }, /^beams is 2, but tokens can be given one by one only without beams/],
    [{ nBest: 2, temperature: 1, onToken: () => undefined }, /^nBest is 2, but tokens can be given one by one only for a single sample/],
  ];
  test.each(cases)("%o", async (options, message) => {
    const result = run(options);
    await expect(result).rejects.toThrow(UserError);
    await expect(result).rejects.toThrow(message);
  });
});

describe("parseSearchOptions", () => {
  test("gives back what it was given", () => {
    const given = { beams: 4, nBest: 2, prefix: [4, 5], attention: true, temperature: undefined };
    expect(parseSearchOptions(given)).toEqual(given);
    expect(parseSearchOptions({})).toEqual({});
  });

  test.each([null, undefined, 3, "beams", []])("refuses %o", (input) => {
    expect(() => parseSearchOptions(input)).toThrow(new UserError("the options must be an object"));
  });

  test("names an unknown option and those that there are", () => {
    expect(() => parseSearchOptions({ beam: 4 })).toThrow(/^unknown option "beam": did you mean beams\?$/);
    expect(() => parseSearchOptions(JSON.parse('{"__proto__": 1}'))).toThrow(/^unknown option "__proto__"/);
    expect(() => parseSearchOptions({ onToken: 1 })).toThrow(/^unknown option "onToken"/);
    expect(() => parseSearchOptions({ prefix: [4, "5"] })).toThrow(/^prefix must be a list/);
  });
});
