/** Largest |a - b| / max(1, |b|); infinite where a number is none, or one is missing. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < b.length; i += 1) {
    const one = Math.abs(a[i] - b[i]) / Math.max(1, Math.abs(b[i]));
    if (!(one <= largest)) largest = Number.isNaN(one) ? Infinity : one;
  }
  return largest;
}

/** Largest |a - b| over the largest |b|: for numbers whose size as a whole says what is small, such as gradients. */
export function relativeToLargest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let scale = 0;
  for (let i = 0; i < b.length; i += 1) scale = Math.max(scale, Math.abs(b[i]));
  if (scale === 0) return difference(a, b);
  return difference(
    Array.from(a, (value) => value / scale),
    Array.from(b, (value) => value / scale),
  );
}

export function argMax(row: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < row.length; i += 1) if (row[i] > row[best]) best = i;
  return best;
}

/** |a - b| over |b|, as Euclid measures; infinite where a number is none. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let [off, size] = [0, 0];
  for (let i = 0; i < b.length; i += 1) {
    off += (a[i] - b[i]) ** 2;
    size += b[i] ** 2;
  }
  const share = Math.sqrt(off / size);
  if (off === 0) return 0;
  return Number.isFinite(share) ? share : Infinity;
}
