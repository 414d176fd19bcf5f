import { classificationFigures, type ClassificationFigures } from "./classification.ts";
import { areSpanLabels, spanFigures, type SpanFigures } from "./spans.ts";

export interface TaggingFigures {
  readonly sequences: number;
  /** Share of sequences without a wrong label. */
  readonly sequenceAccuracy: number;
  /** Of single labels: `accuracy` is the token accuracy and the micro-averaged F1, `macroF1` the mean over labels. */
  readonly tokens: ClassificationFigures;
  /** Of whole spans, where the labels mean spans (`B-`, `I-`, `O`). */
  readonly spans?: SpanFigures | undefined;
}

/** @param labels names of the labels; truth and predictions are indices, as many of the one as of the other in each sequence */
export function taggingFigures(
  truth: readonly ArrayLike<number>[],
  predictions: readonly ArrayLike<number>[],
  labels: readonly string[],
): TaggingFigures {
  const right = truth.filter((own, i) => equal(own, predictions[i] ?? [])).length;
  const named = (sequence: ArrayLike<number>) => Array.from(sequence, (id) => labels[id] ?? "O");
  const tokens = classificationFigures(flat(truth), flat(predictions), labels);
  return {
    sequences: truth.length,
    sequenceAccuracy: truth.length === 0 ? 0 : right / truth.length,
    tokens,
    spans: areSpanLabels(labels) ? spanFigures(truth.map(named), predictions.map(named)) : undefined,
  };
}

function flat(sequences: readonly ArrayLike<number>[]): number[] {
  return sequences.flatMap((sequence) => Array.from(sequence));
}

function equal(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.prototype.every.call(a, (value, i) => value === b[i]);
}
