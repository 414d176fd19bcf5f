import * as fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { editDistance } from "../src/measures/edit-distance.ts";
import { cer, exact, per, ser, wer } from "../src/measures/error-rates.ts";
import { corpusScore, segmentScore } from "../src/measures/measure.ts";
import { testItems } from "../src/measures/reference-sets.ts";

/** The definition, without a table. */
function slowDistance(a: string, b: string): number {
  if (a === "" || b === "") return a.length + b.length;
  const rest = slowDistance(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1);
  return Math.min(rest, slowDistance(a.slice(1), b) + 1, slowDistance(a, b.slice(1)) + 1);
}

describe("edit distance", () => {
  it("is what its definition says", () => {
    const short = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });
    fc.assert(fc.property(short, short, (a, b) => void expect(editDistance([...a], [...b])).toBe(slowDistance(a, b))));
    expect(editDistance([..."kitten"], [..."sitting"])).toBe(3);
  });

  it("is a metric", () => {
    const items = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 12 });
    fc.assert(
      fc.property(items, items, items, (a, b, c) => {
        expect(editDistance(a, a)).toBe(0);
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      }),
    );
  });
});

describe("error rates of words with several pronunciations", () => {
  const pairs = [
    ["r e a d", "R EH D"],
    ["t o m a t o", "T AH M EY T OW"],
    ["r e a d", "R IY D"],
    ["r e a d", "R EH D"],
    ["o x", "AA K S"],
  ].map(([source, target]) => ({ source: source!, target: target! }));
  const items = testItems(pairs, "source");
  const answers = ["R  IY D ", "T AH M AA T OW", "K AA S S"];
  const score = (measure: typeof per) =>
    corpusScore(
      measure,
      answers,
      items.map(({ references }) => references),
    );

  it("groups the pairs by source, or leaves each by itself", () => {
    expect(items).toEqual([
      { source: "r e a d", input: "r e a d", references: ["R EH D", "R IY D"], pairs: [0, 2, 3] },
      { source: "t o m a t o", input: "t o m a t o", references: ["T AH M EY T OW"], pairs: [1] },
      { source: "o x", input: "o x", references: ["AA K S"], pairs: [4] },
    ]);
    expect(testItems(pairs, "line").map(({ references, pairs: own }) => [references, own])).toEqual(
      pairs.map(({ target }, i) => [[target], [i]]),
    );
  });

  it("counts words none of whose references was given, and edits by phones and characters", () => {
    expect(score(ser)).toBeCloseTo(2 / 3, 12);
    expect(score(exact)).toBeCloseTo(1 / 3, 12);
    // 0 of 3; EY -> AA: 1 of 6; "K AA S S" from "AA K S": 2 of 3.
    for (const measure of [wer, per]) expect(score(measure)).toBeCloseTo(3 / 12, 12);
    // "AA K S" to "K AA S S": K and a space more in front, and K is an S behind.
    expect(score(cer)).toBeCloseTo((0 + 2 + 3) / (6 + 14 + 6), 12);
  });

  it("counts a word that is missing, one too many and another one as speech recognition does", () => {
    expect(segmentScore(wer, "the cat sat down", ["a cat sat on it"])).toBeCloseTo(3 / 5, 12);
    expect(segmentScore(wer, "a b c", ["a"])).toBe(2);
  });

  it("takes the closest reference, of equally close ones the longest", () => {
    expect(per.count("a b c", ["a b", "x y z", "a b c d"])).toEqual([1, 4]);
    expect(per.count("a b c", ["a b c d e", "a"])).toEqual([2, 5]);
  });

  it("has values for empty answers and references", () => {
    expect(segmentScore(per, "", ["a b"])).toBe(1);
    expect(segmentScore(per, "a b", [""])).toBe(2);
    expect(segmentScore(per, " ", [""])).toBe(0);
    expect(segmentScore(cer, "👍🏽", ["👍"])).toBe(1);
    expect(segmentScore(ser, "", [""])).toBe(0);
  });
});

test("no answer is better than one that equals a reference", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", " "), maxLength: 10 });
  fc.assert(
    fc.property(text, fc.array(text, { minLength: 1, maxLength: 3 }), (answer, references) => {
      for (const measure of [wer, per, cer]) {
        expect(segmentScore(measure, references[0]!, references)).toBe(0);
        expect(segmentScore(measure, answer, references) === 0).toBe(segmentScore(exact, answer, references) === 1);
      }
    }),
  );
});
