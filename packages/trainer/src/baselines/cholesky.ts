/**
 * Solves A X = B for a symmetric positive definite A [n, n] by its Cholesky factor; B [n, k] becomes X. Of A only the lower triangle is read, and it
 * becomes the factor.
 * @throws RangeError where A is not positive definite
 */
export function solveCholesky(a: Float64Array, b: Float64Array, n: number): Float64Array {
  factorize(a, n);
  const k = b.length / n;
  for (let column = 0; column < k; column++) {
    for (let i = 0; i < n; i++) {
      let sum = b[i * k + column]!;
      for (let j = 0; j < i; j++) sum -= a[i * n + j]! * b[j * k + column]!;
      b[i * k + column] = sum / a[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = b[i * k + column]!;
      for (let j = i + 1; j < n; j++) sum -= a[j * n + i]! * b[j * k + column]!;
      b[i * k + column] = sum / a[i * n + i]!;
    }
  }
  return b;
}

/** A = L L': L takes the place of A's lower triangle. */
function factorize(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      if (i === j && !(sum > 0)) throw new RangeError(`the matrix is not positive definite: pivot ${i} is ${sum}`);
      a[i * n + j] = i === j ? Math.sqrt(sum) : sum / a[j * n + j]!;
    }
  }
}
