import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cutText, RESERVED_TOKENS, serializeTokenizer, Tokenizer } from "@s2s/runtime";
import { chooseAlphabet } from "../src/tokenizers/alphabet.ts";
import { learnBytePairs } from "../src/tokenizers/byte-pairs.ts";
import { digamma } from "../src/tokenizers/digamma.ts";
import { buildLattice } from "../src/tokenizers/lattice.ts";
import { learnTokenizer } from "../src/tokenizers/learn.ts";
import { findSeeds, textOf } from "../src/tokenizers/seeds.ts";

const words = fc
  .uniqueArray(fc.tuple(fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 7 }), fc.integer({ min: 1, max: 5 })), {
    minLength: 1,
    maxLength: 8,
    selector: ([word]) => word,
  })
  .map((drawn) => new Map(drawn));
const ABC = ["a", "b", "c"];

function countsOf(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) for (const stretch of cutText("bpe", text)) counts.set(stretch, (counts.get(stretch) ?? 0) + 1);
  return counts;
}
const TEXTS = [
  ...Array.from({ length: 60 }, (_, i) => `the other brother of number ${i} gathers <0x41> feathers, <s> rather than leather`),
  "l'été où l'œuvre naïve — 日本語 👩‍👩‍👧 — s'achève",
];

test("byte pairs: the same merges as counting all pairs anew for each", () => {
  const slow = (counts: ReadonlyMap<string, number>, size: number): [string, string][] => {
    const ids = [...RESERVED_TOKENS, ...ABC];
    const merges: [string, string][] = [];
    const texts = [...counts].map(([word, count]) => ({ word: Array.from(word), count }));
    while (ids.length < size) {
      const pairs = new Map<string, { readonly pair: [string, string]; count: number }>();
      for (const { word, count } of texts) {
        for (let i = 0; i + 1 < word.length; i++) {
          const pair: [string, string] = [word[i]!, word[i + 1]!];
          const known = pairs.get(pair.join("|")) ?? { pair, count: 0 };
          known.count += count;
          pairs.set(pair.join("|"), known);
        }
      }
      const [best] = [...pairs.values()].sort(
        (a, b) => b.count - a.count || ids.indexOf(a.pair[0]) - ids.indexOf(b.pair[0]) || ids.indexOf(a.pair[1]) - ids.indexOf(b.pair[1]),
      );
      if (best === undefined || best.count < 2) break;
      const made = best.pair.join("");
      merges.push(best.pair);
      if (!ids.includes(made)) ids.push(made);
      for (const { word } of texts) {
        for (let i = 0; i + 1 < word.length; i++) if (word[i] === best.pair[0] && word[i + 1] === best.pair[1]) word.splice(i, 2, made);
      }
    }
    return merges;
  };
  fc.assert(
    fc.property(words, (counts) => {
      const size = RESERVED_TOKENS.length + 20;
      expect(learnBytePairs(counts, ABC, size, 1)).toMatchObject({ merges: slow(counts, size) });
    }),
  );
});

test("seeds: all substrings that occur twice, with their frequencies", () => {
  fc.assert(
    fc.property(words, (counts) => {
      const expected = new Map<string, number>();
      for (const [word, count] of counts) {
        for (let begin = 0; begin < word.length; begin++) {
          for (let end = begin + 1; end <= word.length; end++) {
            expected.set(word.slice(begin, end), (expected.get(word.slice(begin, end)) ?? 0) + count);
          }
        }
      }
      const frequent = [...expected].filter(([piece, count]) => piece.length > 1 && count >= 2);
      const seeds = findSeeds(textOf(counts, ABC), 2, 1000).map(({ piece, count }): [string, number] => [piece, count]);
      expect(seeds.toSorted()).toEqual([...frequent, ...ABC.map((c): [string, number] => [c, expected.get(c) ?? 0])].toSorted());
      const scores = seeds.slice(3).map(([piece, count]) => piece.length * count);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    }),
  );
});

test("the lattice sums over all ways to cut, and finds the best one", () => {
  fc.assert(
    fc.property(words, fc.array(fc.integer({ min: -50, max: -1 }), { minLength: 60, maxLength: 60 }), (counts, drawn) => {
      const text = textOf(counts, ABC);
      const seeds = findSeeds(text, 2, 20);
      const pieces = seeds.map(({ piece }) => piece);
      const scores = Float64Array.from(pieces, (_, i) => drawn[i]! / 7);
      const cuts = (word: string): number[][] =>
        word === ""
          ? [[]]
          : pieces.flatMap((piece, i) => (word.startsWith(piece) ? cuts(word.slice(piece.length)).map((rest) => [i].concat(rest)) : []));
      const expected = pieces.map(() => 0);
      let likeliest = 0;
      for (const [word, count] of counts) {
        const ways = cuts(word).map((way) => ({ way, score: way.reduce((sum, i) => sum + scores[i]!, 0) }));
        const total = ways.reduce((sum, { score }) => sum + Math.exp(score), 0);
        for (const { way, score } of ways) for (const i of way) expected[i]! += (count * Math.exp(score)) / total;
        likeliest += count * Math.max(...ways.map(({ score }) => score));
      }
      const lattice = buildLattice(text, seeds);
      for (const [i, value] of lattice.expected(scores).entries()) expect(value).toBeCloseTo(expected[i]!, 8);
      const found = lattice.bestFrequencies(scores).reduce((sum, frequency, i) => sum + frequency * scores[i]!, 0);
      expect(found).toBeCloseTo(likeliest, 8);
      for (const [i, piece] of pieces.entries()) {
        if (piece.length === 1) continue;
        const others = cuts(piece).filter((way) => way.length > 1);
        const best = Math.max(...others.map((way) => way.reduce((sum, k) => sum + scores[k]!, 0)));
        expect(lattice.partsOf(i, scores).score).toBeCloseTo(best, 8);
        expect(
          lattice
            .partsOf(i, scores)
            .pieces.map((k) => pieces[k])
            .toReversed()
            .join(""),
        ).toBe(piece);
      }
      const kept = pieces.map((_, i) => i).filter((i) => i < 3 || i % 2 === 0);
      const fewer = buildLattice(
        text,
        kept.map((i) => seeds[i]!),
      );
      const own = Float64Array.from(kept, (i) => scores[i]!);
      expect(lattice.select(kept).expected(own)).toEqual(fewer.expected(own));
    }),
    { numRuns: 40 },
  );
});

test("digamma: its values at 1, 1/2 and 10, and its recurrence", () => {
  const EULER = 0.5772156649015329;
  expect(digamma(1)).toBeCloseTo(-EULER, 10);
  expect(digamma(0.5)).toBeCloseTo(-EULER - 2 * Math.log(2), 10);
  expect(digamma(10)).toBeCloseTo(1 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5 + 1 / 6 + 1 / 7 + 1 / 8 + 1 / 9 - EULER, 10);
  for (const x of [0.3, 2.5, 6.9, 40]) expect(digamma(x + 1) - digamma(x)).toBeCloseTo(1 / x, 9);
});

test.each(["bpe", "unigram"] as const)(
  "%s: learned alike from counts in any order, exact on any text, and no special token or byte as text",
  (unit) => {
    const counts = countsOf(TEXTS);
    const learned = learnTokenizer(unit, counts, { size: 380 });
    expect(serializeTokenizer(learnTokenizer(unit, new Map([...counts].toReversed()), { size: 380 }))).toBe(serializeTokenizer(learned));
    expect(learned.size).toBeLessThanOrEqual(380);
    expect(learned.tokenize(TEXTS[0]!).length).toBeLessThan(TEXTS[0]!.length / 3);
    for (const text of TEXTS) expect(learned.decode(learned.encode(text))).toBe(text);
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => learned.decode(learned.encode(text)) === text));
    // It is too rare for the alphabet of these texts.
    expect(learned.tokenize("👧")).toEqual(["<0xF0>", "<0x9F>", "<0x91>", "<0xA7>"]);
    expect(learned.tokens.filter((token) => token === "<0x41>" || token === "<s>")).toEqual(["<s>", "<0x41>"]);
  },
);

test("unigram: pieces are fewer than characters where the text has a grain, and more probable the more frequent they are", () => {
  const learned = learnTokenizer("unigram", countsOf(TEXTS), { size: 360 });
  expect(learned.tokenize("the feathers")).toEqual(["the", " feathers"]);
  const { data } = learned;
  const scores = data.unit === "unigram" ? data.scores.slice(RESERVED_TOKENS.length) : [];
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  const mass = scores.reduce((sum, score) => sum + Math.exp(score), 0);
  expect(mass).toBeGreaterThan(0.5);
  expect(mass).toBeLessThan(1.01);
});

test("characters and words are those of the vocabulary; pieces need room for bytes", () => {
  const counts = new Map([
    ["b", 2],
    ["a", 3],
    ["c", 1],
  ]);
  expect(learnTokenizer("char", counts, { minFrequency: 2 }).tokens.slice(4)).toEqual(["a", "b"]);
  expect(learnTokenizer("word", counts, { size: 5 }).tokens.slice(4)).toEqual(["a"]);
  expect(() => learnTokenizer("bpe", counts, { size: 299 })).toThrow(/^a vocabulary of 299 is too small for bpe pieces.*at least 300$/);
  expect(new Tokenizer(learnTokenizer("bpe", counts, { size: 300 }).data).tokens.slice(260)).toEqual(["a", "b", "c"]);
  expect(
    chooseAlphabet(
      new Map([
        ["ab", 9999],
        ["ac", 1],
      ]),
      10,
      1,
    ),
  ).toEqual(["a", "b"]);
  expect(
    chooseAlphabet(
      new Map([
        ["ab", 9],
        ["c", 1],
      ]),
      2,
      1,
    ),
  ).toEqual(["a", "b"]);
  expect(
    chooseAlphabet(
      new Map([
        ["ab", 9],
        ["c", 1],
      ]),
      9,
      2,
    ),
  ).toEqual(["a", "b"]);
});
