/** log softmax of a row of logits, in nats. */
export function logSoftmax(logits: ArrayLike<number>): Float64Array {
  const row = Float64Array.from(logits);
  let largest = -Infinity;
  for (const value of row) largest = Math.max(largest, value);
  let total = 0;
  for (const value of row) total += Math.exp(value - largest);
  const shift = largest + Math.log(total);
  return row.map((value) => value - shift);
}

/**
 * Cross-entropy in nats of one row of logits with label smoothing e (Szegedy et al. 2016, sec. 7):
 *
 *     loss = -sum_k q_k log p_k,  q = (1 - e) onehot(target) + e / V
 */
export function crossEntropy(logits: ArrayLike<number>, target: number, smoothing = 0): number {
  const logs = logSoftmax(logits);
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  return -(1 - smoothing) * logs[target] - smoothing * mean;
}

/** d loss / d logits = p - q. */
export function crossEntropyGradient(logits: ArrayLike<number>, target: number, smoothing = 0): Float64Array {
  const gradient = logSoftmax(logits).map((value) => Math.exp(value) - smoothing / logits.length);
  gradient[target] -= 1 - smoothing;
  return gradient;
}
