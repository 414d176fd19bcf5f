import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Pieces } from "../src/engine/pieces.ts";
import { RESERVED_TOKENS } from "../src/tokenizers/bytes.ts";
import { Tokenizer } from "../src/tokenizers/tokenizer.ts";
import { SPECIAL_TOKENS } from "../src/vocabulary.ts";

const own = ["a", "b", " c", "\u0301"];
const tokenizers = [
  new Tokenizer({ unit: "char", tokens: [...SPECIAL_TOKENS, ...own] }),
  new Tokenizer({ unit: "word", tokens: [...SPECIAL_TOKENS, "a", "b", "c"] }),
  new Tokenizer({ unit: "bpe", tokens: [...RESERVED_TOKENS, ...own], merges: [] }),
];
const textsOf = (tokenizer: Tokenizer, ids: readonly number[]): string[] => {
  const pieces = new Pieces(tokenizer);
  return [...ids.map((id) => pieces.add(id).text), pieces.end()];
};

describe.each(tokenizers.map((tokenizer) => [tokenizer.unit, tokenizer] as const))("%s", (_, tokenizer) => {
  test("what is given out one by one is the text of the whole", () => {
    const id = fc.oneof(
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: tokenizer.size - 1 }),
      fc.constantFrom(0xc3 + 4, 0xa9 + 4),
    );
    fc.assert(
      fc.property(fc.array(id), (drawn) => {
        const ids = drawn.map((id) => id % tokenizer.size);
        expect(textsOf(tokenizer, ids).join("")).toBe(tokenizer.decode(ids));
      }),
    );
  });
});

test("bytes wait until a token that is none says that the character is whole", () => {
  const [, , bpe] = tokenizers as [Tokenizer, Tokenizer, Tokenizer];
  const bytes = Array.from(new TextEncoder().encode("\u20ac"), (byte) => byte + 4);
  expect(textsOf(bpe, [260, ...bytes, 261, ...bytes.slice(0, 2)])).toEqual(["a", "", "", "", "\u20acb", "", "", "\uFFFD\uFFFD"]);
});
