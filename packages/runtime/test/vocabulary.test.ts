import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { END_ID, PAD_ID, SPECIAL_TOKENS, START_ID, UNKNOWN_ID, Vocabulary } from "../src/vocabulary.ts";
import { UserError } from "../src/errors.ts";

const special = [...SPECIAL_TOKENS];
const counts = fc
  .dictionary(fc.string({ unit: "binary", minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 4 }))
  .map((d) => new Map(Object.entries(d)));

describe("building", () => {
  test("the most frequent first, ties by code point, special tokens in front", () => {
    const built = Vocabulary.build(
      new Map([
        ["b", 2],
        ["c", 5],
        ["\u{1F600}", 2],
        ["\uE000", 2],
        ["a", 2],
        ["ab", 2],
        ["z", 1],
      ]),
    );
    expect(built.tokens).toEqual([...special, "c", "a", "ab", "b", "\uE000", "\u{1F600}", "z"]);
  });

  test("size counts the special tokens, minimum frequency drops the rare", () => {
    const seen = new Map([
      ["a", 3],
      ["b", 2],
      ["c", 1],
    ]);
    expect(Vocabulary.build(seen, { size: 5 }).tokens).toEqual([...special, "a"]);
    expect(Vocabulary.build(seen, { minFrequency: 2 }).tokens).toEqual([...special, "a", "b"]);
    expect(() => Vocabulary.build(seen, { size: 4 })).toThrow(UserError);
  });

  test("does not depend on the order of counting", () => {
    fc.assert(
      fc.property(counts, (seen) => {
        const reversed = new Map([...seen].toReversed());
        expect(Vocabulary.build(reversed).tokens).toEqual(Vocabulary.build(seen).tokens);
      }),
    );
  });
});

describe("encoding", () => {
  test("decode inverts encode for every known token", () => {
    fc.assert(
      fc.property(counts, (seen) => {
        const vocabulary = Vocabulary.build(seen);
        const known = vocabulary.tokens.slice(4);
        expect(vocabulary.decode(vocabulary.encode(known))).toEqual(known);
      }),
    );
  });

  test("a special token that a user writes is unknown, never the token itself", () => {
    const vocabulary = Vocabulary.build(
      new Map([
        ["a", 1],
        ["<s>", 9],
        ["</s>", 9],
        ["<pad>", 9],
        ["<unk>", 9],
      ]),
    );
    expect(vocabulary.tokens).toEqual([...special, "a"]);
    expect(vocabulary.encode(["<s>", "</s>", "<pad>", "<unk>", "a", "b"])).toEqual([...Array(4).fill(UNKNOWN_ID), 4, UNKNOWN_ID]);
  });

  test("names of an object's own methods are ordinary tokens", () => {
    const vocabulary = new Vocabulary([...special, "constructor", "__proto__"]);
    expect(vocabulary.encode(["__proto__", "toString", "constructor"])).toEqual([5, UNKNOWN_ID, 4]);
  });

  test("decode leaves out padding, start and end, shows <unk>, refuses other ids", () => {
    const vocabulary = new Vocabulary([...special, "a"]);
    expect(vocabulary.decode([START_ID, 4, UNKNOWN_ID, END_ID, PAD_ID])).toEqual(["a", "<unk>"]);
    expect(() => vocabulary.decode([5])).toThrow(RangeError);
    expect(() => vocabulary.decode([-1])).toThrow(RangeError);
  });
});

describe("tokens of a file", () => {
  const refused: [string, unknown[], RegExp][] = [
    ["no special tokens", ["a", "b"], /^v\.json: entry 0 must be <pad>/],
    ["too short", ["<pad>", "<unk>", "<s>"], /^v\.json: entry 3 must be <\/s>/],
    ["a duplicate", [...special, "a", "b", "a"], /^v\.json: entry 6 repeats the token "a"/],
    ["a special token twice", [...special, "<s>"], /^v\.json: entry 4 repeats/],
    ["a number", [...special, 7], /^v\.json: entry 4 must be a text/],
    ["an empty token", [...special, ""], /^v\.json: entry 4 must be a text/],
  ];
  test.each(refused)("refuses %s", (_, tokens, message) => {
    expect(() => new Vocabulary(tokens as string[], "v.json")).toThrow(UserError);
    expect(() => new Vocabulary(tokens as string[], "v.json")).toThrow(message);
  });
});
