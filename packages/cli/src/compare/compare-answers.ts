import {
  approximateRandomization,
  countSegments,
  pairedBootstrap,
  type BootstrapTest,
  type Interval,
  type Measure,
  type TestItem,
} from "@s2s/trainer";

export const TESTS = ["bootstrap", "randomization"] as const;
export type TestName = (typeof TESTS)[number];

/** Enough for p to about two places where it matters, as sacreBLEU has it. */
const SAMPLES: Readonly<Record<TestName, number>> = { bootstrap: 1000, randomization: 10_000 };

/** A score and the middle 95% of it over resampled test sets. */
export interface ScoreWithInterval extends Interval {
  readonly score: number;
}

export interface MeasureComparison {
  readonly a: ScoreWithInterval;
  readonly b: ScoreWithInterval;
  /** b - a. */
  readonly difference: ScoreWithInterval;
  readonly p: number;
  /** Share of the resampled test sets in which each system was better. */
  readonly wins: BootstrapTest["wins"];
}

/** What `s2s compare --json` prints. */
export interface Comparison {
  readonly a: string;
  readonly b: string;
  readonly data: string;
  /** Texts that were answered, and what they were compared with. */
  readonly sources: number;
  readonly references: number;
  readonly test: TestName;
  readonly samples: number;
  readonly seed: number;
  readonly metrics: Readonly<Record<string, MeasureComparison>>;
}

export interface CompareOptions {
  readonly test: TestName;
  readonly samples?: number | undefined;
  readonly seed: number;
}

/** Measures the answers of two systems to the same texts, and tests their difference; the intervals are always the bootstrap's. */
export function compareAnswers(
  items: readonly TestItem[],
  answers: { readonly a: readonly string[]; readonly b: readonly string[] },
  measures: readonly Measure[],
  { test, samples = SAMPLES[test], seed }: CompareOptions,
): Omit<Comparison, "a" | "b" | "data"> {
  const references = items.map((item) => item.references);
  const metrics = measures.map((measure) => {
    const [a, b] = [countSegments(measure, answers.a, references), countSegments(measure, answers.b, references)];
    const resampled = pairedBootstrap(measure, a, b, { samples: test === "bootstrap" ? samples : SAMPLES.bootstrap, seed });
    const { p } = test === "bootstrap" ? resampled : approximateRandomization(measure, a, b, { samples, seed });
    return [measure.name, withIntervals(resampled, p)] as const;
  });
  return {
    sources: items.length,
    references: references.reduce((sum, own) => sum + own.length, 0),
    test,
    samples,
    seed,
    metrics: Object.fromEntries(metrics),
  };
}

function withIntervals({ a, b, intervals, wins }: BootstrapTest, p: number): MeasureComparison {
  return {
    a: { score: a, ...intervals.a },
    b: { score: b, ...intervals.b },
    difference: { score: b - a, ...intervals.difference },
    p,
    wins,
  };
}
