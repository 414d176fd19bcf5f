/** A density's parameters for one component: logit of its weight, two means, two logarithms of deviations, a correlation. */
const PER_COMPONENT = 6;

/** Logits of what the pen does after a point: it stays down, it is lifted, or the drawing ends. */
const PEN_STATES = 3;
const [LIFTED, END] = [1, 2];

/** A point as the graphs have it: offset and whether the pen is lifted after it. */
export type Point = readonly [dx: number, dy: number, lifted: 0 | 1];

/** A point that was drawn, and whether the drawing ends with it; then the pen is lifted. */
export interface Drawn {
  readonly point: Point;
  readonly ends: boolean;
}

/** How a density is drawn from. */
export interface StrokeSampling {
  /** Divides the logits and multiplies the variances (Ha and Eck, "A Neural Representation of Sketch Drawings", 2017, arXiv:1704.03477, eq. 8). */
  readonly temperature: number;
  /** Sharpens weights and deviations (Graves, "Generating Sequences With Recurrent Neural Networks", 2013, arXiv:1308.0850, eq. 61 and 62). */
  readonly bias: number;
}

/**
 * Draws a point: a component, then its Gaussian by Box and Muller, then the pen. At temperature 0 it is the mean of the heaviest component, and the
 * pen does what is most probable.
 * @param density [6 M + 3]
 * @param uniform gives the four draws in [0, 1)
 */
export function drawPoint(density: Float32Array, { temperature, bias }: StrokeSampling, uniform: (draw: number) => number): Drawn {
  const components = (density.length - PEN_STATES) / PER_COMPONENT;
  const logits = Array.from({ length: components }, (_, k) => (density[k * PER_COMPONENT] as number) * (1 + bias));
  const at = PER_COMPONENT * (temperature === 0 ? heaviest(logits) : drawIndex(logits, temperature, uniform(0)));
  const [mu1, mu2, log1, log2, rho] = density.subarray(at + 1, at + PER_COMPONENT) as unknown as [number, number, number, number, number];
  const pens = Array.from(density.subarray(-PEN_STATES));
  const pen = temperature === 0 ? heaviest(pens) : drawIndex(pens, temperature, uniform(3));
  const drawn = (dx: number, dy: number): Drawn => ({ point: [dx, dy, pen >= LIFTED ? 1 : 0], ends: pen === END });
  if (temperature === 0) return drawn(mu1, mu2);
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(1)));
  const angle = 2 * Math.PI * uniform(2);
  const [first, second] = [radius * Math.cos(angle), radius * Math.sin(angle)];
  const deviation = (log: number): number => Math.exp(log - bias) * Math.sqrt(temperature);
  return drawn(mu1 + deviation(log1) * first, mu2 + deviation(log2) * (rho * first + Math.sqrt(1 - rho * rho) * second));
}

/** The index of the largest, the first of equal ones. */
export const heaviest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((best, value, i, all) => (value > (all[best] as number) ? i : best), 0);

/** Of softmax(logits / temperature). */
function drawIndex(logits: readonly number[], temperature: number, uniform: number): number {
  const max = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp((logit - max) / temperature));
  let rest = uniform * weights.reduce((sum, weight) => sum + weight, 0);
  const found = weights.findIndex((weight) => (rest -= weight) < 0);
  // Sums may be rounded to a little more than all weights.
  return found < 0 ? heaviest(weights) : found;
}
