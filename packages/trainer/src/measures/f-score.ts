/** What was found of something, and how much of what was found is right. */
export interface PrecisionRecall {
  /** Share of what was predicted that is right; 0 where nothing was predicted. */
  readonly precision: number;
  /** Share of what is there that was predicted; 0 where there is nothing. */
  readonly recall: number;
  /** Harmonic mean of both; 0 where both are. */
  readonly f1: number;
  /** How many there are in truth. */
  readonly support: number;
}

/** Of one class. */
export interface ClassFigures extends PrecisionRecall {
  readonly label: string;
}

/** @param right of those predicted that are there */
export function precisionRecall(right: number, predicted: number, support: number): PrecisionRecall {
  const precision = predicted === 0 ? 0 : right / predicted;
  const recall = support === 0 ? 0 : right / support;
  return { precision, recall, f1: right === 0 ? 0 : (2 * precision * recall) / (precision + recall), support };
}

export function classOf(label: string, figures: PrecisionRecall): ClassFigures {
  return { label, ...figures };
}

/** Unweighted mean over classes: each counts the same, however rare. 0 without any. */
export function macroF1(classes: readonly PrecisionRecall[]): number {
  return classes.length === 0 ? 0 : classes.reduce((sum, { f1 }) => sum + f1, 0) / classes.length;
}
