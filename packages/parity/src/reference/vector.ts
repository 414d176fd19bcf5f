/** All arithmetic of the reference is on these: sums in float64, in the order in which the equations are read. */
export type Vector = Float64Array;

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Row-major; a vector of weights has one row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Vector;
}

/** y = x W: x [rows] -> [columns]. Four rows at a time, since most of the reference's time is spent here. */
export function times(x: Vector, { rows, columns, data }: Matrix): Vector {
  const y = new Float64Array(columns);
  let i = 0;
  for (; i + 3 < rows; i += 4) {
    const [a, b, c, d] = [x[i], x[i + 1], x[i + 2], x[i + 3]];
    const from = i * columns;
    for (let j = 0; j < columns; j += 1) {
      const at = from + j;
      y[j] += a * data[at] + b * data[at + columns] + (c * data[at + 2 * columns] + d * data[at + 3 * columns]);
    }
  }
  for (; i < rows; i += 1) for (let j = 0; j < columns; j += 1) y[j] += x[i] * data[i * columns + j];
  return y;
}

/** y = x W^T: x [columns] -> [rows]. */
export function timesTransposed(x: Vector, { rows, columns, data }: Matrix): Vector {
  const y = new Float64Array(rows);
  for (let i = 0; i < rows; i += 1) {
    const from = i * columns;
    for (let j = 0; j < columns; j += 1) y[i] += x[j] * data[from + j];
  }
  return y;
}

/** into += x^T y: the gradient of W in y = x W. */
export function addOuter(into: Vector, x: Vector, y: Vector): void {
  for (let i = 0; i < x.length; i += 1) {
    const from = i * y.length;
    for (let j = 0; j < y.length; j += 1) into[from + j] += x[i] * y[j];
  }
}

/** into += x, `into` from an offset on. */
export function addTo(into: Vector, x: Vector, offset = 0): void {
  for (let i = 0; i < x.length; i += 1) into[offset + i] += x[i];
}

export const sum = (a: Vector, b: Vector): Vector => a.map((value, i) => value + b[i]);

export function concat(a: Vector, b: Vector): Vector {
  const joined = new Float64Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

export const scaled = (a: Vector, factor: number): Vector => a.map((value) => value * factor);

export const zerosLike = ({ length }: Vector): Vector => new Float64Array(length);

export const dot = (a: Vector, b: Vector): number => a.reduce((total, value, i) => total + value * b[i], 0);
