import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutterOf } from "../src/tokenizers/cut.ts";
import { Tokenizer } from "../src/tokenizers/tokenizer.ts";
import { SPECIAL_TOKENS } from "../src/vocabulary.ts";

const text = fc.string({ unit: "binary", maxLength: 20 });

describe("characters", () => {
  const char = cutterOf("char");

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
  const word = cutterOf("word");

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

test("characters and words that a vocabulary lacks are <unk>, as are those spelt like special tokens", () => {
  const char = new Tokenizer({ unit: "char", tokens: [...SPECIAL_TOKENS, "a", "\u00E9"] });
  expect(char.encode("ae\u0301b")).toEqual([4, 5, 1]);
  expect(char.unknown("abcb")).toEqual(["b", "c"]);
  expect(char.decode([2, 4, 1, 3, 0])).toBe("a<unk>");
  const word = new Tokenizer({ unit: "word", tokens: [...SPECIAL_TOKENS, "go", "home"] });
  expect(word.encode("home <s> go  </s>")).toEqual([5, 1, 4, 1]);
  expect(word.tokenize("home <s>")).toEqual(["home", "<s>"]);
  expect(word.decode([5, 1, 4, 3])).toBe("home <unk> go");
  expect(word.ownTokens).toEqual(["go", "home"]);
});
