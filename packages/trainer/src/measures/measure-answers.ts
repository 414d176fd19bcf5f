import { corpusScore } from "./measure.ts";
import type { TestItem } from "./reference-sets.ts";
import { TEXT_MEASURES, type TextMeasureName, type TextScores } from "./text-measures.ts";

/** The score of each measure for answers in the order of the items. */
export function measureAnswers(items: readonly TestItem[], answers: readonly string[], names: readonly TextMeasureName[]): TextScores {
  const references = items.map((item) => item.references);
  return Object.fromEntries(names.map((name) => [name, corpusScore(TEXT_MEASURES[name], answers, references)]));
}
