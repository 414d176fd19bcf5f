import { linear } from "./linear.ts";
import type { Parameters } from "./parameters.ts";
import { softmax } from "./softmax.ts";
import type { Vector } from "./vector.ts";

const [PER_COMPONENT, PEN_STATES, LOG_DEVIATION, CORRELATION] = [6, 3, 6, 0.995];

/** dx, dy and what the pen does after it: 0 where it stays down, 1 where it is lifted, 2 where the drawing ends. */
export type Point = readonly [dx: number, dy: number, pen: number];

export interface Density {
  /** For each component the logit of its weight, mu1, mu2, log sigma1, log sigma2 and rho; then the logits of what the pen does. */
  readonly y: Vector;
  /** Of a point, in nats. */
  readonly loss: (point: Point) => number;
  /** From that loss to the gradient of what the density was computed from. */
  readonly back: (point: Point) => Vector;
}

/** The density of the next point (Graves 2013, eq. 17 to 37). */
export function density(parameters: Parameters, name: string, h: Vector): Density {
  const raw = linear(parameters, name, h);
  const pen = raw.y.length - PEN_STATES;
  const y = raw.y.map((value, i) => {
    if (i >= pen || i % PER_COMPONENT < 3) return value;
    return i % PER_COMPONENT < 5 ? Math.min(Math.max(value, -LOG_DEVIATION), LOG_DEVIATION) : CORRELATION * Math.tanh(value);
  });
  const components = Array.from({ length: pen / PER_COMPONENT }, (_, k) => y.subarray(PER_COMPONENT * k, PER_COMPONENT * (k + 1)));
  const weights = components.map(([logit]) => Math.exp(logit));
  const total = weights.reduce((a, b) => a + b, 0);
  const penStates = softmax(y.subarray(pen));
  const seen = ([dx, dy]: Point) =>
    components.map(([, mu1, mu2, log1, log2, rho], k) => {
      const [s1, s2] = [Math.exp(log1), Math.exp(log2)];
      const [u, v, c] = [(dx - mu1) / s1, (dy - mu2) / s2, 1 / (1 - rho ** 2)];
      const z = u ** 2 + v ** 2 - 2 * rho * u * v;
      const likelihood = ((weights[k] / total) * Math.exp((-z * c) / 2) * Math.sqrt(c)) / (2 * Math.PI * s1 * s2);
      return { s1, s2, u, v, c, z, rho, likelihood };
    });
  return {
    y,
    loss: (point) => -Math.log(seen(point).reduce((sum, { likelihood }) => sum + likelihood, 0)) - Math.log(penStates[point[2]]),
    back(point) {
      const all = seen(point);
      const sum = all.reduce((part, { likelihood }) => part + likelihood, 0);
      const d = new Float64Array(y.length);
      for (const [k, { s1, s2, u, v, c, z, rho, likelihood }] of all.entries()) {
        const share = likelihood / sum;
        d.set(
          [
            weights[k] / total - share,
            (-share * c * (u - rho * v)) / s1,
            (-share * c * (v - rho * u)) / s2,
            -share * (c * u * (u - rho * v) - 1),
            -share * (c * v * (v - rho * u) - 1),
            -share * (u * v * c - z * rho * c ** 2 + rho * c) * CORRELATION * (1 - (rho / CORRELATION) ** 2),
          ],
          PER_COMPONENT * k,
        );
      }
      d.set(
        penStates.map((share, state) => share - Number(state === point[2])),
        pen,
      );
      const clipped = (i: number): boolean => i < pen && [3, 4].includes(i % PER_COMPONENT) && Math.abs(raw.y[i]) > LOG_DEVIATION;
      return raw.back(d.map((value, i) => (clipped(i) ? 0 : value)));
    },
  };
}
