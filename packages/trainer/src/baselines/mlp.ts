import { uniform } from "../data/random.ts";

/** y = tanh(x W + b) V + c, in float64. All weights in one array: W [inputs, hidden], b [hidden], V [hidden, outputs], c [outputs]. */
export interface Mlp {
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
  readonly weights: Float64Array;
}

/** Weights uniform within the bounds of Glorot and Bengio (AISTATS 2010), biases 0. */
export function createMlp(inputs: number, hidden: number, outputs: number, seed: number): Mlp {
  const weights = new Float64Array(inputs * hidden + hidden + hidden * outputs + outputs);
  const fill = (from: number, rows: number, columns: number) => {
    const bound = Math.sqrt(6 / (rows + columns));
    for (let i = from; i < from + rows * columns; i++) weights[i] = bound * (2 * uniform(seed, "mlp weights", 0, i) - 1);
  };
  fill(0, inputs, hidden);
  fill(inputs * hidden + hidden, hidden, outputs);
  return { inputs, hidden, outputs, weights };
}

/** What a pass keeps for the way back. */
export interface Pass {
  /** [hidden], after tanh. */
  readonly hidden: Float64Array;
  /** [outputs] */
  readonly output: Float64Array;
}

export function forward({ inputs, hidden, outputs, weights }: Mlp, x: Float64Array): Pass {
  const [b, v, c] = offsets(inputs, hidden, outputs);
  const h = weights.slice(b, v);
  for (let i = 0; i < inputs; i++) {
    const value = x[i]!;
    for (let j = 0, at = i * hidden; j < hidden; j++) h[j]! += value * weights[at + j]!;
  }
  const output = weights.slice(c);
  for (let j = 0; j < hidden; j++) {
    const value = (h[j] = Math.tanh(h[j]!));
    for (let k = 0, at = v + j * outputs; k < outputs; k++) output[k]! += value * weights[at + k]!;
  }
  return { hidden: h, output };
}

/** Adds the gradient of a loss with the slope `slope` [outputs] at the output to `gradient`, which is laid out as the weights are. */
export function backward(mlp: Mlp, x: Float64Array, pass: Pass, slope: Float64Array, gradient: Float64Array): void {
  const { inputs, hidden, outputs, weights } = mlp;
  const [b, v, c] = offsets(inputs, hidden, outputs);
  for (let k = 0; k < outputs; k++) gradient[c + k]! += slope[k]!;
  const inner = new Float64Array(hidden);
  for (let j = 0; j < hidden; j++) {
    const value = pass.hidden[j]!;
    let sum = 0;
    for (let k = 0, at = v + j * outputs; k < outputs; k++) {
      gradient[at + k]! += value * slope[k]!;
      sum += weights[at + k]! * slope[k]!;
    }
    // tanh' = 1 - tanh^2
    inner[j] = sum * (1 - value * value);
    gradient[b + j]! += inner[j]!;
  }
  for (let i = 0; i < inputs; i++) {
    const value = x[i]!;
    for (let j = 0, at = i * hidden; j < hidden; j++) gradient[at + j]! += value * inner[j]!;
  }
}

function offsets(inputs: number, hidden: number, outputs: number): readonly [b: number, v: number, c: number] {
  const b = inputs * hidden;
  return [b, b + hidden, b + hidden + hidden * outputs];
}
