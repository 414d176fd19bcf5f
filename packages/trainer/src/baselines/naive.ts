import { forecastOf, type Forecaster, type ForecastProblem } from "./forecast-problem.ts";

/** The last value, for all steps to come: hard to beat where a series is a random walk. */
export function naive(problem: ForecastProblem): Forecaster {
  return (origin) => forecastOf(problem, (_, column) => problem.series[column]![origin - 1] as number);
}

/**
 * The value of the last season at the same place: y_(t + h) = y_(t + h - season k), k as small as makes it known (Hyndman and Athanasopoulos,
 * "Forecasting: Principles and Practice", 5.2). The last value where the series does not go back so far or has a gap there.
 */
export function seasonalNaive(problem: ForecastProblem, season: number): Forecaster {
  return (origin) =>
    forecastOf(problem, (step, column) => {
      const series = problem.series[column] as ArrayLike<number>;
      const before = series[origin - season + (step % season)];
      return before === undefined || Number.isNaN(before) ? (series[origin - 1] as number) : before;
    });
}
