/** Numbers of a component: its weight's logit, two means, two logarithms of deviations, a correlation. */
const PER_COMPONENT = 6;

/** Logits of what the pen does after a point. */
const PEN_STATES = 3;

/**
 * Negative log-likelihood (nats) of a point (dx, dy, what the pen does: 0, 1 or 2) under a density [6 M + 3] as decoder.onnx gives it: -log sum_k pi_k
 * N(dx, dy; mu_k, sigma_k, rho_k) - log p(pen) (Graves 2013, eq. 23 to 26).
 */
export function strokeLoss(density: Float32Array, [dx = 0, dy = 0, pen = 0]: ArrayLike<number> & Iterable<number>): number {
  const weights: number[] = [];
  const terms: number[] = [];
  for (let at = 0; at + PEN_STATES < density.length; at += PER_COMPONENT) {
    const [logit = 0, mu1 = 0, mu2 = 0, log1 = 0, log2 = 0, rho = 0] = density.subarray(at, at + PER_COMPONENT);
    const [u, v] = [(dx - mu1) / Math.exp(log1), (dy - mu2) / Math.exp(log2)];
    const rest = 1 - rho * rho;
    weights.push(logit);
    terms.push(logit - (u * u + v * v - 2 * rho * u * v) / (2 * rest) - log1 - log2 - Math.log(rest) / 2 - Math.log(2 * Math.PI));
  }
  const pens = Array.from(density.subarray(-PEN_STATES));
  return logSum(pens) - pens[pen]! + logSum(weights) - logSum(terms);
}

function logSum(values: readonly number[]): number {
  const max = Math.max(...values);
  return max + Math.log(values.reduce((sum, value) => sum + Math.exp(value - max), 0));
}
