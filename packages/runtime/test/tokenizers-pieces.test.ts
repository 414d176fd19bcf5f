import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RESERVED_TOKENS } from "../src/tokenizers/bytes.ts";
import { cutText } from "../src/tokenizers/cut.ts";
import { Tokenizer } from "../src/tokenizers/tokenizer.ts";

const LETTERS = ["a", "b", "c", " ", "é", "<", ">", "0", "x", "4", "1", "s"];

/** Merges that could have been learned: what each joins is there before it. */
const merges = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 25 }).map((choices) => {
  const pieces = [...LETTERS];
  const chosen = new Map<string, readonly [string, string]>();
  for (const [i, j] of choices) {
    const [left, right] = [pieces[i % pieces.length]!, pieces[j % pieces.length]!];
    if (/^<0x..>$|^<s>$/.test(left + right)) continue;
    chosen.set(JSON.stringify([left, right]), [left, right]);
    if (!pieces.includes(left + right)) pieces.push(left + right);
  }
  return { tokens: [...RESERVED_TOKENS, ...pieces], merges: [...chosen.values()] };
});
const scores = fc
  .array(fc.tuple(fc.string({ unit: fc.constantFrom(...LETTERS), minLength: 1, maxLength: 4 }), fc.integer({ min: -99, max: -1 })))
  .map((drawn) => {
    const scored = new Map(drawn.filter(([piece]) => !/^<0x..>$|^<s>$/.test(piece)));
    return { tokens: [...RESERVED_TOKENS, ...scored.keys()], scores: [...RESERVED_TOKENS.map(() => -1e6), ...scored.values()] };
  });
const tokenizer = fc.oneof(
  merges.map((data) => new Tokenizer({ unit: "bpe", ...data })),
  scores.map((data) => new Tokenizer({ unit: "unigram", ...data })),
);
const known = fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 12 });
const odd = fc.constantFrom(
  " ",
  "  ",
  "\n",
  "\t",
  "\u0000",
  "\u0085",
  "\uFEFF",
  "\u2581",
  "e\u0301",
  "<s>",
  "</s>",
  "<pad>",
  "<unk>",
  "<0x41>",
  "<0xé>",
  "👩‍👩‍👧",
);
const text = fc.array(fc.oneof(known, odd, fc.string({ unit: "binary", maxLength: 4 })), { maxLength: 8 }).map((parts) => parts.join(""));

describe("pieces", () => {
  test("any text comes back exactly, whatever was learned, and never becomes a special token", () => {
    fc.assert(
      fc.property(tokenizer, text, (pieces, t) => {
        const ids = pieces.encode(t);
        expect(pieces.decode(ids)).toBe(t);
        expect(pieces.detokenize(pieces.tokenize(t))).toBe(t);
        expect(Math.min(...ids, 4)).toBe(4);
        expect(pieces.unknown(t)).toEqual([]);
      }),
    );
  });

  test("byte pairs: the earliest merge that applies is applied, leftmost first, one at a time", () => {
    const slow = (ranked: readonly (readonly [string, string])[], stretch: string): string[] => {
      const pieces = Array.from(stretch);
      for (;;) {
        const ranks = pieces.slice(1).map((right, i) => ranked.findIndex(([l, r]) => l === pieces[i] && r === right));
        const best = Math.min(...ranks.filter((rank) => rank >= 0));
        if (best === Number.POSITIVE_INFINITY) return pieces;
        const at = ranks.indexOf(best);
        pieces.splice(at, 2, ranked[best]!.join(""));
      }
    };
    fc.assert(
      fc.property(merges, known, (data, t) => {
        const pieces = new Tokenizer({ unit: "bpe", ...data });
        expect(pieces.tokenize(t)).toEqual(cutText("bpe", t).flatMap((stretch) => slow(data.merges, stretch)));
      }),
    );
  });

  test("unigram: no other way to cut a stretch scores more; unknown characters score 10 less than the least piece", () => {
    fc.assert(
      fc.property(scores, fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 7 }), (data, t) => {
        const pieces = new Tokenizer({ unit: "unigram", ...data });
        const score = (piece: string): number => {
          const id = data.tokens.indexOf(piece, RESERVED_TOKENS.length);
          return id < 0 ? -1e6 - 10 : data.scores[id]!;
        };
        const best = (rest: string): number =>
          rest === ""
            ? 0
            : Math.max(
                ...Array.from({ length: rest.length }, (_, i) => rest.slice(0, i + 1))
                  .filter((piece) => piece.length === 1 || data.tokens.includes(piece))
                  .map((piece) => score(piece) + best(rest.slice(piece.length))),
              );
        for (const stretch of cutText("unigram", t)) {
          const ids = pieces.encodeStretch(stretch);
          const unknown = Array.from(stretch).length - ids.filter((id) => id > 259).reduce((n, id) => n + data.tokens[id]!.length, 0);
          const known = ids.filter((id) => id > 259).reduce((sum, id) => sum + data.scores[id]!, 0);
          expect(known + unknown * (-1e6 - 10)).toBe(best(stretch));
        }
      }),
    );
  });

  test("a stretch of a hundred thousand characters takes less than a few seconds", () => {
    const long = "ab".repeat(50_000);
    const bpe = new Tokenizer({
      unit: "bpe",
      tokens: [...RESERVED_TOKENS, "a", "b", "ab", "abab"],
      merges: [
        ["a", "b"],
        ["ab", "ab"],
      ],
    });
    const unigram = new Tokenizer({
      unit: "unigram",
      tokens: [...RESERVED_TOKENS, "a", "b", "ab"],
      scores: [...RESERVED_TOKENS.map(() => -1e6), -2, -2, -3],
    });
    const begin = performance.now();
    expect(bpe.encode(long)).toEqual(Array(25_000).fill(263));
    expect(unigram.encode(long)).toEqual(Array(50_000).fill(262));
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  test("bytes in a row are UTF-8 as a whole, or a replacement character each", () => {
    const pieces = new Tokenizer({ unit: "bpe", tokens: [...RESERVED_TOKENS, "a"], merges: [] });
    const bytes = (...values: number[]): number[] => values.map((byte) => 4 + byte);
    expect(pieces.decode([260, ...bytes(0xe2, 0x82, 0xac), 260])).toBe("a€a");
    expect(pieces.decode([...bytes(0x41, 0xe2, 0x82), 260, ...bytes(0xac)])).toBe("\uFFFD\uFFFD\uFFFDa\uFFFD");
    expect(pieces.decode(bytes(0xef, 0xbb, 0xbf))).toBe("\uFEFF");
    expect(pieces.decode([2, 260, 1, 3, 0])).toBe("a<unk>");
  });
});

test("stretches are the text, a space in front of a word belongs to it, and punctuation is apart", () => {
  expect(cutText("bpe", " It's 10 o'clock,  isn't it?!\n\tOui : l'été\u202F!")).toEqual([
    " It's",
    " 10",
    " o'clock",
    ",",
    " ",
    " isn't",
    " it",
    "?!",
    "\n",
    "\t",
    "Oui",
    " :",
    " l'été",
    "\u202F!",
  ]);
  fc.assert(fc.property(text, (t) => cutText("unigram", t).join("") === t));
});
