import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SPECIAL_TOKENS, UserError } from "@s2s/runtime";
import { mostFrequentTokens } from "../src/tokenizers/most-frequent.ts";

const special = [...SPECIAL_TOKENS];
const counts = fc
  .dictionary(fc.string({ unit: "binary", minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 4 }))
  .map((d) => new Map(Object.entries(d)));

test("the most frequent first, ties by code point, special tokens in front", () => {
  const built = mostFrequentTokens(
    new Map([
      ["b", 2],
      ["c", 5],
      ["\u{1F600}", 2],
      ["\uE000", 2],
      ["a", 2],
      ["ab", 2],
      ["z", 1],
      ["<s>", 9],
      ["</s>", 9],
    ]),
  );
  expect(built).toEqual([...special, "c", "a", "ab", "b", "\uE000", "\u{1F600}", "z"]);
});

test("size counts the special tokens, minimum frequency drops the rare", () => {
  const seen = new Map([
    ["a", 3],
    ["b", 2],
    ["c", 1],
  ]);
  expect(mostFrequentTokens(seen, { size: 5 })).toEqual([...special, "a"]);
  expect(mostFrequentTokens(seen, { minFrequency: 2 })).toEqual([...special, "a", "b"]);
  expect(() => mostFrequentTokens(seen, { size: 4 })).toThrow(UserError);
});

test("does not depend on the order of counting", () => {
  fc.assert(
    fc.property(counts, (seen) => {
      expect(mostFrequentTokens(new Map([...seen].toReversed()))).toEqual(mostFrequentTokens(seen));
    }),
  );
});
