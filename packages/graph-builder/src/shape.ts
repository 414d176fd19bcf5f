/** A size known when the graph is built, or a symbol ("B", "T", a product "B*T", a sum "(T-1)"), known when it runs. */
export type Dim = number | string;
export type Shape = readonly Dim[];

export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** The factors of a product; a sum in parentheses is one factor. */
export const factors = (dim: string): string[] => dim.split(/\*(?![^(]*\))/);

/** Product of dimensions in a canonical form: `4*B*T` (the number first, symbols sorted), so that equal products are equal strings. */
export function product(dims: Shape): Dim {
  let factor = 1;
  const symbols: string[] = [];
  for (const dim of dims) {
    for (const part of typeof dim === "number" ? [dim] : factors(dim)) {
      if (Number.isInteger(Number(part))) factor *= Number(part);
      else symbols.push(part as string);
    }
  }
  if (symbols.length === 0 || factor === 0) return factor;
  symbols.sort();
  return factor === 1 ? symbols.join("*") : `${factor}*${symbols.join("*")}`;
}

/** The terms of a sum, `(S+T-1)` as S, T and -1; a dimension that is no sum is its only term. */
export const terms = (dim: Dim): Dim[] =>
  typeof dim === "string" && /^\([^()]+\)$/.test(dim)
    ? dim
        .slice(1, -1)
        .split(/(?=[+-])/)
        .map((term) => (Number.isInteger(Number(term)) ? Number(term) : term.replace("+", "")))
    : [dim];

/**
 * Sum of dimensions in a canonical form: `T` and -1 are `(T-1)`, and with 1 again `T`; `T` and `T` are `2*T`.
 * Null where a term is a product of sums, which has no such form.
 */
export function sum(dims: Shape): Dim | null {
  const counts = new Map<string, number>();
  for (const term of dims.flatMap(terms)) {
    const parts = typeof term === "number" ? [] : factors(term);
    const symbols = parts.filter((part) => !Number.isInteger(Number(part)));
    if (symbols.some((symbol) => symbol.includes("("))) return null;
    const key = symbols.join("*");
    const count = typeof term === "number" ? term : symbols.length < parts.length ? Number(parts[0]) : 1;
    counts.set(key, (counts.get(key) ?? 0) + count);
  }
  const number = counts.get("") ?? 0;
  counts.delete("");
  const symbolic = [...counts].filter(([, count]) => count !== 0).map(([symbol, count]) => String(product([count, symbol])));
  if (symbolic.length === 0) return number;
  const text = symbolic.sort().join("+");
  if (number === 0) return symbolic.length === 1 ? text : `(${text})`;
  return `(${text}${number < 0 ? "" : "+"}${number})`;
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
