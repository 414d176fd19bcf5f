import { BLEU_TOKENS } from "./bleu-tokens.ts";
import type { BleuTokens } from "./bleu-tokens.ts";
import type { Measure } from "./measure.ts";
import { countAll, countShared, largestCounts, wordNGrams } from "./n-grams.ts";
import { trimEnd } from "./white-space.ts";

const ORDERS = [1, 2, 3, 4] as const;

export interface BleuOptions {
  /** Default "13a". */
  readonly tokens?: BleuTokens | undefined;
  /** Leaves orders out that the answer is too short for, as is usual for the score of a single sentence (default false). */
  readonly effectiveOrder?: boolean | undefined;
}

/**
 * BLEU (Papineni et al., "BLEU: a Method for Automatic Evaluation of Machine Translation", ACL 2002), in points from 0 to 100: the brevity penalty
 * times the geometric mean of the clipped precisions of 1- to 4-grams. Equal to sacreBLEU's (Post, "A Call for Clarity in Reporting BLEU Scores",
 * WMT 2018) with `smooth_method="exp"`, case kept: the k-th precision that is 0 counts as 1 / (2^k n-grams); without any match the score is 0.
 * Of several references the one whose length is nearest counts for the penalty, the shorter one of two.
 *
 * Counts of a segment: tokens of the answer, of the reference, matches of each order, n-grams of each order.
 */
export function bleu({ tokens = "13a", effectiveOrder = false }: BleuOptions = {}): Measure {
  const tokenize = (text: string) => BLEU_TOKENS[tokens](trimEnd(text));
  return {
    name: "bleu",
    width: 2 + 2 * ORDERS.length,
    better: "higher",
    unit: "points",
    count(hypothesis, references) {
      const answer = tokenize(hypothesis);
      const right = references.map(tokenize);
      const nGrams = ORDERS.map((n) => wordNGrams(answer, n));
      const matches = ORDERS.map((n, i) => countShared(nGrams[i]!, largestCounts(right.map((words) => wordNGrams(words, n)))));
      const lengths = right.map((words) => words.length);
      return [answer.length, nearestLength(answer.length, lengths), ...matches, ...nGrams.map(countAll)];
    },
    score: (sums) => scoreOf(sums, effectiveOrder),
  };
}

function scoreOf(sums: ArrayLike<number>, effectiveOrder: boolean): number {
  const [answer, reference] = [sums[0]!, sums[1]!];
  const matches = ORDERS.map((_, i) => sums[2 + i]!);
  const totals = ORDERS.map((_, i) => sums[2 + ORDERS.length + i]!);
  if (!matches.some((count) => count > 0)) return 0;
  const orders = effectiveOrder ? totals.filter((total) => total > 0).length : ORDERS.length;
  let smoothing = 1;
  let logs = 0;
  for (let i = 0; i < orders; i++) {
    if (totals[i] === 0) return 0;
    if (matches[i] === 0) smoothing *= 2;
    logs += Math.log((100 * (matches[i] || 1 / smoothing)) / totals[i]!);
  }
  return brevityPenalty(answer, reference) * Math.exp(logs / orders);
}

function brevityPenalty(answer: number, reference: number): number {
  return answer < reference ? Math.exp(1 - reference / answer) : 1;
}

function nearestLength(length: number, lengths: readonly number[]): number {
  return lengths.reduce((best, other) => {
    const closer = Math.abs(other - length) - Math.abs(best - length);
    return closer < 0 || (closer === 0 && other < best) ? other : best;
  });
}
