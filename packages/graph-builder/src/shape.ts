/** A size known when the graph is built, or a symbol ("B", "T", a product such as "B*T") known when it runs. */
export type Dim = number | string;
export type Shape = readonly Dim[];

export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** Product of dimensions in a canonical form: `4*B*T` (the number first, symbols sorted), so that equal products are equal strings. */
export function product(dims: Shape): Dim {
  let factor = 1;
  const symbols: string[] = [];
  for (const dim of dims) {
    for (const part of typeof dim === "number" ? [dim] : dim.split("*")) {
      if (Number.isInteger(Number(part))) factor *= Number(part);
      else symbols.push(part as string);
    }
  }
  if (symbols.length === 0 || factor === 0) return factor;
  symbols.sort();
  return factor === 1 ? symbols.join("*") : `${factor}*${symbols.join("*")}`;
}

export const shapeText = (shape: Shape): string => `[${shape.join(", ")}]`;

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((dim, i) => dim === b[i]);

/** NumPy broadcasting of two shapes; symbols are equal only to themselves. Returns null where the shapes do not fit. */
export function broadcast(a: Shape, b: Shape): Shape | null {
  const rank = Math.max(a.length, b.length);
  const result: Dim[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return null;
    result.push(x === 1 ? y : x);
  }
  return result;
}

/** Axis counted from the front, whatever its sign; throws for one outside the rank. */
export function axisOf(axis: number, rank: number, what: string): number {
  const result = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || result < 0 || result >= rank) throw new ShapeError(`${what}: axis ${axis} is outside rank ${rank}`);
  return result;
}
