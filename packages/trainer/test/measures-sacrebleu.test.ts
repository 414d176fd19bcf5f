import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { bleu } from "../src/measures/bleu.ts";
import { BLEU_TOKENS, type BleuTokens } from "../src/measures/bleu-tokens.ts";
import { chrf } from "../src/measures/chrf.ts";
import { corpusScore, segmentScore, type Measure } from "../src/measures/measure.ts";

interface Recorded {
  readonly sentences: readonly { hypothesis: string; references: string[]; scores: Record<string, number> }[];
  readonly corpora: readonly { segments: number[]; scores: Record<string, number> }[];
}

/** Written by test/support/record-sacrebleu.py. */
const recorded = JSON.parse(readFileSync(new URL("recorded/sacrebleu.json", import.meta.url), "utf8")) as Recorded;

function measures(effectiveOrder: boolean): Record<string, Measure> {
  const tokenizations = Object.keys(BLEU_TOKENS) as BleuTokens[];
  return {
    ...Object.fromEntries(tokenizations.map((tokens) => [`bleu-${tokens}`, bleu({ tokens, effectiveOrder })])),
    chrf: chrf(),
    "chrf+": chrf(1),
    "chrf++": chrf(2),
  };
}

describe("sacreBLEU's figures", () => {
  it.each(Object.entries(measures(true)))("%s of each text alone", (name, measure) => {
    for (const { hypothesis, references, scores } of recorded.sentences)
      expect(segmentScore(measure, hypothesis, references), JSON.stringify([hypothesis, references])).toBeCloseTo(scores[name]!, 9);
  });

  it.each(Object.entries(measures(false)))("%s of many texts together", (name, measure) => {
    for (const { segments, scores } of recorded.corpora) {
      const chosen = segments.map((i) => recorded.sentences[i]!);
      const score = corpusScore(
        measure,
        chosen.map(({ hypothesis }) => hypothesis),
        chosen.map(({ references }) => references),
      );
      expect(score).toBeCloseTo(scores[name]!, 9);
    }
  });
});

test("the papers' example: seven times `the`, of which the references have two", () => {
  const counts = bleu().count("the the the the the the the", ["the cat is on the mat", "there is a cat on the mat"]);
  expect(counts).toEqual([7, 7, 2, 0, 0, 0, 7, 6, 5, 4]);
});

test("answers and references must come in equal numbers, and none without a reference", () => {
  expect(() => corpusScore(bleu(), ["a"], [])).toThrow("1 hypotheses for 0 groups");
  expect(() => corpusScore(bleu(), ["a"], [[]])).toThrow("segment 0 has no reference");
});
