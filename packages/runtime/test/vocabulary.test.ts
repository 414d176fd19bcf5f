import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { END_ID, PAD_ID, SPECIAL_TOKENS, START_ID, UNKNOWN_ID, Vocabulary } from "../src/vocabulary.ts";
import { UserError } from "../src/errors.ts";

const special = [...SPECIAL_TOKENS];
const idsOf = (vocabulary: Vocabulary, tokens: readonly string[]): number[] => tokens.map((token) => vocabulary.idOf(token));
const tokens = fc
  .uniqueArray(fc.string({ unit: "binary", minLength: 1, maxLength: 3 }))
  .filter((own) => !own.some((token) => special.includes(token)));

describe("encoding", () => {
  test("decode inverts encode for every known token", () => {
    fc.assert(
      fc.property(tokens, (known) => {
        const vocabulary = new Vocabulary([...special, ...known]);
        expect(vocabulary.size).toBe(4 + known.length);
        expect(vocabulary.decode(idsOf(vocabulary, known))).toEqual(known);
      }),
    );
  });

  test("a special token that a user writes is unknown, never the token itself", () => {
    const vocabulary = new Vocabulary([...special, "a"]);
    expect(idsOf(vocabulary, ["<s>", "</s>", "<pad>", "<unk>", "a", "b"])).toEqual([...Array(4).fill(UNKNOWN_ID), 4, UNKNOWN_ID]);
  });

  test("names of an object's own methods are ordinary tokens", () => {
    const vocabulary = new Vocabulary([...special, "constructor", "__proto__"]);
    expect(idsOf(vocabulary, ["__proto__", "toString", "constructor"])).toEqual([5, UNKNOWN_ID, 4]);
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
