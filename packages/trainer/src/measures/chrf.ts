import type { Measure } from "./measure.ts";
import { characterNGrams, countAll, countShared, wordNGrams, type NGrams } from "./n-grams.ts";
import { words } from "./white-space.ts";

const CHARACTER_ORDERS = [1, 2, 3, 4, 5, 6] as const;
/** Recall weighs beta times as much as precision. */
const BETA = 2;
const ASCII_PUNCTUATION = /^[!-/:-@[-`{-~]$/;

/**
 * chrF (Popović, "chrF: character n-gram F-score for automatic MT evaluation", WMT 2015), in points from 0 to 100: the F2 score of the mean precision
 * and the mean recall of 1- to 6-grams of characters, white space left out. With `wordOrder` 2 it is chrF++ (Popović, WMT 2017), which has 1- and
 * 2-grams of words besides. Equal to sacreBLEU's: orders that answer or reference have none of are left out of the means; of several references the
 * one with the best score counts.
 *
 * Counts of a segment: for each order the answer's n-grams, the reference's, and those that both have.
 */
export function chrf(wordOrder: 0 | 1 | 2 = 0): Measure {
  const nGramsOf = (text: string): NGrams[] => {
    const characters = words(text).join("");
    const parts = separatePunctuation(text);
    return [
      ...CHARACTER_ORDERS.map((n) => characterNGrams(characters, n)),
      ...Array.from({ length: wordOrder }, (_, i) => wordNGrams(parts, i + 1)),
    ];
  };
  return {
    name: `chrf${"+".repeat(wordOrder)}`,
    width: 3 * (CHARACTER_ORDERS.length + wordOrder),
    better: "higher",
    unit: "points",
    count(hypothesis, references) {
      const answer = nGramsOf(hypothesis);
      const [first, ...others] = references.map((reference) => compare(answer, nGramsOf(reference)));
      return others.reduce((best, other) => (fScore(other) > fScore(best) ? other : best), first as number[]);
    },
    score: fScore,
  };
}

function compare(answer: readonly NGrams[], reference: readonly NGrams[]): number[] {
  return answer.flatMap((own, i) => {
    const other = reference[i] as NGrams;
    // Where the reference has none of an order there is nothing to hit.
    return [other.size === 0 ? 0 : countAll(own), countAll(other), countShared(own, other)];
  });
}

function fScore(counts: ArrayLike<number>): number {
  let [precision, recall, orders] = [0, 0, 0];
  for (let i = 0; i < counts.length; i += 3) {
    const [answer, reference, both] = [counts[i]!, counts[i + 1]!, counts[i + 2]!];
    if (answer === 0 || reference === 0) continue;
    precision += both / answer;
    recall += both / reference;
    orders += 1;
  }
  if (precision + recall === 0) return 0;
  precision /= orders;
  recall /= orders;
  const weight = BETA ** 2;
  return (100 * (1 + weight) * precision * recall) / (weight * precision + recall);
}

/** Words with one ASCII punctuation mark apart: the last character, or else the first. `(hi)` gives `(hi` and `)`, as in chrF++.py. */
function separatePunctuation(text: string): string[] {
  return words(text).flatMap((word) => {
    const characters = Array.from(word);
    if (characters.length === 1) return [word];
    if (ASCII_PUNCTUATION.test(characters.at(-1) as string)) return [word.slice(0, -1), word.slice(-1)];
    return ASCII_PUNCTUATION.test(characters[0] as string) ? [word.slice(0, 1), word.slice(1)] : [word];
  });
}
