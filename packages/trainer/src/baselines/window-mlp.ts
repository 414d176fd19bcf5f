import { keyedPermutation } from "../data/random.ts";
import { adamState, adamStep } from "./adam.ts";
import type { Forecaster, ForecastProblem } from "./forecast-problem.ts";
import { backward, createMlp, forward, type Mlp } from "./mlp.ts";
import { scaledWindows, type Windows } from "./windows.ts";

export interface MlpOptions {
  readonly seed: number;
  readonly hidden?: number | undefined;
  /** Updates of the weights, rounded up to whole passes over the origins. */
  readonly steps?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly learningRate?: number | undefined;
}

/**
 * The forecast is a network of one hidden layer (tanh) over the window, trained on the mean squared error of scaled numbers. The last tenth of the
 * origins is held back: what was best on it is kept. A function of the seed alone.
 */
export function fitWindowMlp(problem: ForecastProblem, origins: ArrayLike<number>, options: MlpOptions): Forecaster {
  const { seed, hidden = 64, steps = 2000, batchSize = 64 } = options;
  const all = Array.from(origins);
  const held = all.slice(Math.ceil(all.length * 0.9));
  const train = all.slice(0, all.length - held.length);
  const windows = scaledWindows(problem, train);
  const mlp = createMlp(windows.width, hidden, windows.targets, seed);
  const trainEpoch = trainer(mlp, windows, train, options);
  const epochs = Math.ceil(steps / Math.ceil(train.length / batchSize));
  let best = { weights: mlp.weights.slice(), error: Number.POSITIVE_INFINITY };
  for (let epoch = 1; epoch <= epochs; epoch++) {
    trainEpoch(epoch);
    const error = meanSquare(mlp, windows, held.length > 0 ? held : train);
    if (error < best.error) best = { weights: mlp.weights.slice(), error };
  }
  mlp.weights.set(best.weights);
  const x = new Float64Array(windows.width);
  return (origin) => {
    windows.readWindow(origin, x);
    return windows.restore(forward(mlp, x).output);
  };
}

function trainer(mlp: Mlp, windows: Windows, origins: readonly number[], options: MlpOptions): (epoch: number) => void {
  const { seed, batchSize = 64, learningRate = 1e-3 } = options;
  const state = adamState(mlp.weights.length);
  const gradient = new Float64Array(mlp.weights.length);
  const x = new Float64Array(windows.width);
  let step = 0;
  return (epoch) => {
    const order = keyedPermutation(origins.length, seed, "mlp order", epoch);
    for (let from = 0; from < origins.length; from += batchSize) {
      const size = Math.min(batchSize, origins.length - from);
      gradient.fill(0);
      for (let i = from; i < from + size; i++) {
        const origin = origins[order(i)]!;
        windows.readWindow(origin, x);
        const pass = forward(mlp, x);
        const target = windows.readTarget(origin);
        const slope = pass.output.map((value, k) => (2 * (value - target[k]!)) / (size * windows.targets));
        backward(mlp, x, pass, slope, gradient);
      }
      adamStep(mlp.weights, gradient, state, ++step, learningRate);
    }
  };
}

function meanSquare(mlp: Mlp, windows: Windows, origins: readonly number[]): number {
  const x = new Float64Array(windows.width);
  let sum = 0;
  for (const origin of origins) {
    windows.readWindow(origin, x);
    const target = windows.readTarget(origin);
    for (const [k, value] of forward(mlp, x).output.entries()) sum += (value - target[k]!) ** 2;
  }
  return sum / (origins.length * windows.targets);
}
