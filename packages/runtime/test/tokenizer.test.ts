import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createTokenizer } from "../src/tokenizer.ts";

const text = fc.string({ unit: "binary", maxLength: 20 });

describe("characters", () => {
  const char = createTokenizer("char");

  test("one code point a token, after NFC", () => {
    expect(char.tokenize("e\u0301 \u{1F600}")).toEqual(["\u00E9", " ", "\u{1F600}"]);
    expect(char.tokenize("")).toEqual([]);
  });

  test("joining the tokens gives the text's NFC form", () => {
    fc.assert(
      fc.property(text, (t) => {
        expect(char.detokenize(char.tokenize(t))).toBe(t.normalize("NFC"));
      }),
    );
  });
});

describe("words", () => {
  const word = createTokenizer("word");

  test("white space of any kind and length parts words", () => {
    expect(word.tokenize("  Go\tto \u00A0 bed,\u3000now.\r\n")).toEqual(["Go", "to", "bed,", "now."]);
    expect(word.tokenize(" \t ")).toEqual([]);
    expect(word.tokenize("cafe\u0301")).toEqual(["caf\u00E9"]);
  });

  test("no token is empty or holds white space; cutting a joined text again changes nothing", () => {
    fc.assert(
      fc.property(text, (t) => {
        const tokens = word.tokenize(t);
        for (const token of tokens) expect(token).toMatch(/^\S+$/u);
        expect(word.tokenize(word.detokenize(tokens))).toEqual(tokens);
      }),
    );
  });
});
