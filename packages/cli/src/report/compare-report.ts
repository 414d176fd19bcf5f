import { TEXT_MEASURES, type TextMeasureName } from "@s2s/trainer";
import type { Comparison, ScoreWithInterval } from "../compare/compare-answers.ts";
import { count, plural, table } from "./format.ts";
import { measureText } from "./measure-text.ts";

/** Below it a difference is called significant, as is usual. */
const LEVEL = 0.05;

/** Both scores of each measure, their intervals, and what the test says of the difference. */
export function compareLines({ a, b, sources, references, test, samples, seed, metrics }: Comparison): string[] {
  const rows = Object.entries(metrics).map(([name, figures]) => {
    const { unit, better } = TEXT_MEASURES[name as TextMeasureName];
    const cell = ({ score, low, high }: ScoreWithInterval, sign = "") =>
      `${sign}${measureText(unit, score)} (${measureText(unit, low)} to ${measureText(unit, high)})`;
    const difference = figures.difference.score;
    const verdict =
      figures.p >= LEVEL || difference === 0 ? "not significant" : difference > 0 === (better === "higher") ? "B is better" : "A is better";
    return [name, cell(figures.a), cell(figures.b), cell(figures.difference, difference > 0 ? "+" : ""), figures.p.toFixed(4), verdict];
  });
  const drawn = test === "bootstrap" ? "paired bootstrap" : "approximate randomization";
  return [
    `A: ${a}`,
    `B: ${b}`,
    `${plural(sources, "text")}, ${plural(references, "reference")}`,
    ...table([["", "A", "B", "B - A", "p", ""], ...rows]),
    `in brackets: 95% of resampled test sets; p: ${drawn}, ${count(samples)} samples, seed ${seed}; significant below ${LEVEL}`,
  ];
}
