import { editDistance } from "./edit-distance.ts";
import type { Measure } from "./measure.ts";
import { words } from "./white-space.ts";

/**
 * Edits that an answer is away from its closest reference, for each token of that reference, over all segments: sum of distances / sum of lengths.
 * Of references equally close the longest counts, which is the lowest rate.
 * Counts of a segment: edits, tokens of the reference.
 */
function editRate(name: string, tokenize: (text: string) => readonly string[]): Measure {
  return {
    name,
    width: 2,
    better: "lower",
    unit: "share",
    count(hypothesis, references) {
      const answer = tokenize(hypothesis);
      const [first, ...others] = references.map((reference): readonly [number, number] => {
        const tokens = tokenize(reference);
        return [editDistance(answer, tokens), tokens.length];
      });
      return others.reduce(
        (best, other) => (other[0] < best[0] || (other[0] === best[0] && other[1] > best[1]) ? other : best),
        first as readonly [number, number],
      );
    },
    // References without a token: each inserted one is an error of its own.
    score: (sums) => sums[0]! / Math.max(1, sums[1]!),
  };
}

/** Word error rate, of tokens between white space, as speech recognition has it. */
export const wer = editRate("wer", words);

/** Phone error rate: the same count, by its name where the tokens are phones. */
export const per = editRate("per", words);

/** Character error rate, of code points; white space counts, each run of it as one space, and none at the ends. */
export const cer = editRate("cer", (text) => Array.from(words(text).join(" ")));

/** Counts of a segment: 1 where its answer equals one of its references, token for token between white space; 1. */
function shareOf(name: string, better: Measure["better"], counts: (isRight: boolean) => boolean): Measure {
  return {
    name,
    width: 2,
    better,
    unit: "share",
    count(hypothesis, references) {
      const spaced = (text: string) => words(text).join(" ");
      const isRight = references.some((reference) => spaced(reference) === spaced(hypothesis));
      return [counts(isRight) ? 1 : 0, 1];
    },
    score: (sums) => sums[0]! / Math.max(1, sums[1]!),
  };
}

/** Share of sources whose answer equals one of its references. */
export const exact = shareOf("exact", "higher", (isRight) => isRight);

/**
 * Sequence error rate: the share of sources whose answer equals none of its references. Papers on grapheme-to-phoneme conversion, where each source
 * is a word, call this the word error rate (Yao and Zweig, Interspeech 2015; Toshniwal and Livescu, SLT 2016).
 */
export const ser = shareOf("ser", "lower", (isRight) => !isRight);
