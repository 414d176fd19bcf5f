/**
 * What is to be forecast. An origin is the first step to come: what is known are the steps before it, what is asked for are `horizon` steps from it on.
 */
export interface ForecastProblem {
  /** Columns over time, all of one length. */
  readonly series: readonly ArrayLike<number>[];
  /** Which columns are forecast. */
  readonly outputs: readonly number[];
  /** Steps that fitted baselines look back upon. */
  readonly window: number;
  readonly horizon: number;
}

/** Forecast from an origin: [horizon, outputs], row after row, in the unit of the series. */
export type Forecaster = (origin: number) => Float64Array;

/** A forecast whose numbers are given by what stands where. */
export function forecastOf(
  { outputs, horizon }: Pick<ForecastProblem, "outputs" | "horizon">,
  valueAt: (step: number, column: number) => number,
): Float64Array {
  return Float64Array.from({ length: horizon * outputs.length }, (_, k) =>
    valueAt(Math.floor(k / outputs.length), outputs[k % outputs.length] as number),
  );
}

/** What came from an origin on. */
export function truthOf(problem: ForecastProblem, origin: number): Float64Array {
  return forecastOf(problem, (step, column) => problem.series[column]![origin + step] as number);
}
