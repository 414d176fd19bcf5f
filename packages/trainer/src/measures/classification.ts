import { confusionMatrix, type ConfusionMatrix } from "./confusion.ts";
import { classOf, macroF1, precisionRecall, type ClassFigures } from "./f-score.ts";

export interface ClassificationFigures {
  readonly count: number;
  /** Share of right labels; with one label an example it is micro-averaged precision, recall and F1, too. */
  readonly accuracy: number;
  /** Mean F1 of the classes that occur in truth or predictions. */
  readonly macroF1: number;
  readonly classes: readonly ClassFigures[];
  /** Rows and columns in the order of `classes`. */
  readonly confusion: ConfusionMatrix;
}

/**
 * What predicted classes are worth, as scikit-learn's `classification_report` counts it (`zero_division` 0).
 * @param labels names of the classes; those that occur in neither truth nor predictions are left out
 */
export function classificationFigures(
  truth: ArrayLike<number>,
  predictions: ArrayLike<number>,
  labels: readonly string[],
): ClassificationFigures {
  const all = confusionMatrix(truth, predictions, labels.length);
  const seen = labels.flatMap((_, k) => (all[k]!.some(Boolean) || all.some((row) => row[k]! > 0) ? [k] : []));
  const confusion = seen.map((row) => seen.map((column) => all[row]![column]!));
  const classes = seen.map((label, k) => {
    const support = confusion[k]!.reduce((sum, count) => sum + count, 0);
    const predicted = confusion.reduce((sum, row) => sum + row[k]!, 0);
    return classOf(labels[label]!, precisionRecall(confusion[k]![k]!, predicted, support));
  });
  const right = confusion.reduce((sum, row, k) => sum + row[k]!, 0);
  const count = truth.length;
  return { count, accuracy: count === 0 ? 0 : right / count, macroF1: macroF1(classes), classes, confusion };
}
