/** matrix[truth][prediction]: how often the one was taken for the other. */
export type ConfusionMatrix = readonly (readonly number[])[];

/** @param truth classes from 0 to `classes` - 1, as many as predictions */
export function confusionMatrix(truth: ArrayLike<number>, predictions: ArrayLike<number>, classes: number): ConfusionMatrix {
  if (truth.length !== predictions.length) throw new RangeError(`${predictions.length} predictions for ${truth.length} labels`);
  const matrix = Array.from({ length: classes }, () => Array<number>(classes).fill(0));
  for (let i = 0; i < truth.length; i++) {
    const [row, column] = [truth[i]!, predictions[i]!];
    if (matrix[row]?.[column] === undefined) throw new RangeError(`label ${row} taken for ${column}: there are ${classes} classes`);
    matrix[row]![column]! += 1;
  }
  return matrix;
}
