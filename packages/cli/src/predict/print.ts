import type { Classification, Drawing, Forecast, Generation, NumberSteps, Prediction, Tagging } from "@s2s/runtime";
import { csvCell } from "@s2s/runtime/parts";

/** The text of an answer, or with several its rank, score and text. */
export function generationLines({ nBest, text }: Generation): string[] {
  return nBest?.map((each, i) => `${i + 1}\t${each.score.toFixed(4)}\t${each.text}`) ?? [text];
}

const labelLines = ({ label, probability, labels }: Classification, listed: boolean): string[] =>
  listed ? labels.map((each, i) => `${i + 1}\t${each.probability.toFixed(4)}\t${each.label}`) : [`${label}\t${probability.toFixed(4)}`];

/** Comma-separated, with the columns' names in front where there are some. */
function stepLines({ steps }: Forecast | NumberSteps): string[] {
  const [first] = steps;
  const header = first === undefined || isList(first) ? [] : [Object.keys(first).map(csvCell).join(",")];
  return [...header, ...steps.map((step) => Object.values(step).join(","))];
}

const isList = (step: Readonly<Record<string, number>> | readonly number[]): step is readonly number[] => Array.isArray(step);

/** @param listed whether classes are to be listed, and not only the first be named */
export function predictionLines(prediction: Prediction, listed: boolean): string[] {
  if ("text" in prediction) return generationLines(prediction);
  if ("label" in prediction) return labelLines(prediction as Classification, listed);
  if ("steps" in prediction) return stepLines(prediction as Forecast);
  if ("svg" in prediction) return [(prediction as Drawing).svg];
  return [(prediction as Tagging).labels.join(" ")];
}
