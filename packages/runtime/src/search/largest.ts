/**
 * Takes the ids with the largest weights, largest first and the lower id first of equal ones, until there are `most` of them or their weights
 * add up to `mass`: O(n + k log n), where sorting all would be O(n log n). The ids change their places.
 */
export function takeLargest(ids: Int32Array, weights: Float64Array, most: number, mass: number): Int32Array {
  const n = ids.length;
  for (let i = (n >> 1) - 1; i >= 0; i -= 1) sink(ids, weights, i, n);
  let size = n;
  let sum = 0;
  while (size > 0 && n - size < most && sum < mass) {
    size -= 1;
    const largest = ids[0] as number;
    ids[0] = ids[size] as number;
    ids[size] = largest;
    sum += weights[largest] as number;
    sink(ids, weights, 0, size);
  }
  return ids.subarray(size).toReversed();
}

/** Restores the order of a heap (the largest on top) whose entry `at` may be too small; only the first `size` entries belong to it. */
function sink(ids: Int32Array, weights: Float64Array, at: number, size: number): void {
  const id = ids[at] as number;
  let hole = at;
  for (;;) {
    let child = 2 * hole + 1;
    if (child >= size) break;
    if (child + 1 < size && isLarger(weights, ids[child + 1] as number, ids[child] as number)) child += 1;
    if (!isLarger(weights, ids[child] as number, id)) break;
    ids[hole] = ids[child] as number;
    hole = child;
  }
  ids[hole] = id;
}

function isLarger(weights: Float64Array, a: number, b: number): boolean {
  const x = weights[a] as number;
  const y = weights[b] as number;
  return x > y || (x === y && a < b);
}
