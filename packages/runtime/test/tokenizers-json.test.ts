import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../src/errors.ts";
import { RESERVED_TOKENS } from "../src/tokenizers/bytes.ts";
import { TOKEN_UNITS, type TokenUnit } from "../src/tokenizers/cut.ts";
import { parseTokenizer } from "../src/tokenizers/parse.ts";
import { serializeTokenizer } from "../src/tokenizers/serialize.ts";
import { Tokenizer, type TokenizerData } from "../src/tokenizers/tokenizer.ts";
import { SPECIAL_TOKENS } from "../src/vocabulary.ts";

const dataOf = (unit: TokenUnit, own: readonly string[]): TokenizerData => {
  if (unit === "char" || unit === "word") return { unit, tokens: [...SPECIAL_TOKENS, ...own] };
  const tokens = [...RESERVED_TOKENS, ...own];
  if (unit === "unigram") return { unit, tokens, scores: tokens.map((_, id) => (id < RESERVED_TOKENS.length ? -1e6 : -id / 7)) };
  return { unit, tokens: [...tokens, `${own[0]}${own[1]}`], merges: [[own[0]!, own[1]!]] };
};
const own = fc.uniqueArray(fc.string({ unit: "grapheme-composite", minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 9 });

describe.each(TOKEN_UNITS)("%s", (unit) => {
  const written = serializeTokenizer(
    new Tokenizer(dataOf(unit, ["1", "__proto__", "constructor", '"vocab": null', "0", '"merges": null', "$&"])),
  );
  const changed = (change: (json: any) => unknown): string => JSON.stringify(change(JSON.parse(written)));
  const refusal = (text: string): string => {
    try {
      parseTokenizer(text, unit, "t.json");
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      return (error as UserError).message;
    }
    return "nothing was refused";
  };

  test("what is written is read again", () => {
    expect(parseTokenizer(written, unit)).toEqual(
      new Tokenizer(dataOf(unit, ["1", "__proto__", "constructor", '"vocab": null', "0", '"merges": null', "$&"])),
    );
    fc.assert(
      fc.property(own, (pieces) => {
        const data = dataOf(unit, pieces);
        fc.pre(new Set(data.tokens).size === data.tokens.length && !data.tokens.slice(4).some((token) => SPECIAL_TOKENS.includes(token)));
        expect(parseTokenizer(serializeTokenizer(new Tokenizer(data)), unit).data).toEqual(data);
      }),
    );
  });

  test("the order of keys does not matter", () => {
    const reversed = (value: unknown): unknown =>
      typeof value !== "object" || value === null || Array.isArray(value)
        ? value
        : Object.fromEntries(
            Object.entries(value)
              .map(([key, item]) => [key, reversed(item)] as const)
              .toReversed(),
          );
    expect(parseTokenizer(JSON.stringify(reversed(JSON.parse(written))), unit).tokens).toContain("constructor");
  });

  test("files that s2s did not write are refused in one line", () => {
    expect(refusal(written.slice(0, 90))).toBe("t.json: is not JSON (damaged or truncated); export the bundle again");
    for (const text of [
      "null",
      "[]",
      '"text"',
      "7",
      "{}",
      '{"model": "x"}',
      '{"model": []}',
      `{"model": ${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
    ]) {
      expect(refusal(text)).toMatch(/^t\.json: is not what s2s writes/);
    }
    expect(refusal(changed((json) => ({ ...json, truncation: { max_length: 3 } })))).toMatch(/is not what s2s writes/);
    expect(refusal(changed((json) => ({ ...json, more: 1 })))).toMatch(/is not what s2s writes/);
    expect(refusal(changed((json) => ({ ...json, decoder: undefined })))).toMatch(/is not what s2s writes/);
    expect(refusal(changed((json) => ({ ...json, added_tokens: [...json.added_tokens, json.added_tokens[0]] })))).toMatch(
      /is not what s2s writes/,
    );
    const other: TokenUnit = unit === "bpe" ? "char" : "bpe";
    expect(() => parseTokenizer(written, other, "t.json")).toThrow(/is not what s2s writes for tokens that are "(bpe|char)"/);
  });

  test("vocabularies that are none are refused in one line", () => {
    const withVocabulary = (vocab: unknown): string => refusal(changed((json) => ({ ...json, model: { ...json.model, vocab } })));
    for (const vocab of [
      null,
      7,
      "abc",
      [],
      {},
      [["a"]],
      [["<pad>", "0"]],
      { "<pad>": -1 },
      { a: 0.5 },
      { a: 1e300 },
      { "<pad>": 0, "<s>": 0 },
      { a: "0" },
    ]) {
      expect(withVocabulary(vocab)).toMatch(/^t\.json: (model\.vocab must|entry \d+ (must be <pad>|is out))[^\n]*$/);
    }
  });
});

test("scores that are no numbers, pieces that are too long, bytes out of place and broken merges are refused", () => {
  const refused = (data: unknown, message: RegExp): void => expect(() => new Tokenizer(data as TokenizerData, "t.json")).toThrow(message);
  const tokens = [...RESERVED_TOKENS, "a", "b", "ab"];
  const scores = tokens.map(() => -1);
  refused({ unit: "unigram", tokens, scores: scores.with(261, Number.NaN) }, /^t\.json: the score of entry 261 is not a number/);
  refused({ unit: "unigram", tokens, scores: scores.with(0, Number.NEGATIVE_INFINITY) }, /^t\.json: the score of entry 0/);
  refused({ unit: "unigram", tokens: [...tokens, "a".repeat(129)], scores: [...scores, -1] }, /^t\.json: has a piece longer than 128/);
  refused({ unit: "bpe", tokens: tokens.slice(0, 200), merges: [] }, /^t\.json: entry 200 is out of place/);
  refused({ unit: "bpe", tokens: tokens.with(4, "a").with(260, "<0x00>"), merges: [] }, /^t\.json: entry 4 is out of place/);
  refused({ unit: "bpe", tokens: [...tokens, "<0xff>"], merges: [] }, /^t\.json: entry 263 is out of place/);
  refused({ unit: "bpe", tokens, merges: [["a", "c"]] }, /^t\.json: merge 0 names a piece that the vocabulary lacks/);
  refused({ unit: "bpe", tokens, merges: [["b", "a"]] }, /^t\.json: merge 0 names/);
  refused({ unit: "bpe", tokens, merges: [["a", ""]] }, /^t\.json: merge 0 names/);
  refused(
    {
      unit: "bpe",
      tokens,
      merges: [
        ["a", "b"],
        ["a", "b"],
      ],
    },
    /^t\.json: merge 1 is there twice/,
  );
  refused({ unit: "bpe", tokens: [...tokens, "a"], merges: [] }, /^t\.json: entry 263 repeats/);
});
