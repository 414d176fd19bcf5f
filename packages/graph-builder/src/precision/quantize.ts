import { ZERO_POINT } from "../ops/quantize.ts";

/** Steps from zero to the largest number of a row or column: the range is symmetric, and -128 is not used. */
export const LEVELS = 127;

/** What is below is taken for zero: its scale would be no normal number. */
const SMALLEST = LEVELS * 2 ** -126;

/** The name under which the scales of a parameter are stored. */
export const scaleName = (parameter: string): string => `${parameter}.scale`;

export interface QuantizedNumbers {
  /** round(x / scale) + 128 */
  readonly data: Uint8Array;
  /** One for each index of the axis. */
  readonly scales: Float32Array;
}

/** A matrix [rows, columns] in eight bits, each row (axis 0) or column (axis 1) by its own largest number. */
export function quantize(numbers: Float32Array, [rows, columns]: readonly [number, number], axis: number): QuantizedNumbers {
  const scales = new Float32Array(axis === 0 ? rows : columns);
  const data = new Uint8Array(numbers.length);
  const each = (visit: (index: number, place: number) => void): void => {
    for (let row = 0, index = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, index++) visit(index, axis === 0 ? row : column);
  };
  each((index, place) => (scales[place] = Math.max(scales[place], Math.abs(numbers[index]))));
  for (const [i, largest] of scales.entries()) scales[i] = largest < SMALLEST ? 1 : largest / LEVELS;
  each((index, place) => (data[index] = Math.round(numbers[index] / scales[place]) + ZERO_POINT));
  return { data, scales };
}
