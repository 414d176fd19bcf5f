import { forecastOf, type ForecastProblem } from "./forecast-problem.ts";

/** Between a problem's numbers and those that a model of windows is fitted on: each column less its mean, over its deviation. */
export interface Windows {
  /** Numbers of a window: columns by steps. */
  readonly width: number;
  /** Numbers of a forecast. */
  readonly targets: number;
  /** Writes the window before an origin, scaled, to the start of `into`. */
  readWindow(origin: number, into: Float64Array): void;
  /** What came from an origin on, scaled. */
  readTarget(origin: number): Float64Array;
  /** A scaled forecast in the unit of the series, in place. */
  restore(forecast: Float64Array): Float64Array;
}

/** @param origins those of the training part, whose windows give the scales */
export function scaledWindows(problem: ForecastProblem, origins: ArrayLike<number>): Windows {
  const { series, outputs, window, horizon } = problem;
  const scales = series.map((column) => scaleOf(column, origins, window));
  const scaled = series.map((column, i) => {
    const { mean, deviation } = scales[i]!;
    return Float64Array.from(column, (value) => (value - mean) / deviation);
  });
  return {
    width: series.length * window,
    targets: horizon * outputs.length,
    readWindow(origin, into) {
      for (const [i, column] of scaled.entries()) into.set(column.subarray(origin - window, origin), i * window);
    },
    readTarget: (origin) => forecastOf(problem, (step, column) => scaled[column]![origin + step]!),
    restore(forecast) {
      for (let k = 0; k < forecast.length; k++) {
        const { mean, deviation } = scales[outputs[k % outputs.length]!]!;
        forecast[k] = forecast[k]! * deviation + mean;
      }
      return forecast;
    },
  };
}

interface Scale {
  readonly mean: number;
  /** 1 for a column that never changes. */
  readonly deviation: number;
}

/** Over all steps that stand in some window, each once. */
function scaleOf(column: ArrayLike<number>, origins: ArrayLike<number>, window: number): Scale {
  const seen = new Uint8Array(column.length);
  for (let i = 0; i < origins.length; i++) seen.fill(1, Math.max(0, origins[i]! - window), origins[i]!);
  const values = Array.prototype.filter.call(column, (_, step: number) => seen[step] === 1) as number[];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) || 1 };
}
