import { forecastFigures, seasonalError, type ForecastFigures } from "../measures/forecast.ts";
import { truthOf, type Forecaster, type ForecastProblem } from "./forecast-problem.ts";
import { naive, seasonalNaive } from "./naive.ts";
import { fitWindowLinear } from "./window-linear.ts";
import { fitWindowMlp } from "./window-mlp.ts";

export const FORECAST_BASELINES = ["naive", "seasonalNaive", "windowLinear", "windowMlp"] as const;
export type ForecastBaseline = (typeof FORECAST_BASELINES)[number];

export interface BaselineOptions {
  /** Origins that baselines are fitted on; windows and targets may not reach into what is tested. */
  readonly train: ArrayLike<number>;
  readonly test: ArrayLike<number>;
  /** Steps of a season, 1 for none; also of the error that scales MASE. */
  readonly season: number;
  readonly seed: number;
}

/**
 * What simple forecasts are worth on the same origins as a model's. Their MASE is scaled by the seasonal naive error over all steps before the end of the
 * last training target.
 */
export function measureBaselines(problem: ForecastProblem, options: BaselineOptions): Record<ForecastBaseline, ForecastFigures> {
  const { train, test, season, seed } = options;
  const truth = Array.from(test, (origin) => truthOf(problem, origin));
  const scales = trainingErrors(problem, train, season);
  const measure = (forecast: Forecaster) => forecastFigures(Array.from(test, forecast), truth, scales);
  return {
    naive: measure(naive(problem)),
    seasonalNaive: measure(seasonalNaive(problem, season)),
    windowLinear: measure(fitWindowLinear(problem, train)),
    windowMlp: measure(fitWindowMlp(problem, train, { seed })),
  };
}

/** `seasonalError` of each output column in the part of the series that the training origins see. */
export function trainingErrors({ series, outputs, window, horizon }: ForecastProblem, train: ArrayLike<number>, season: number): number[] {
  const ends = Array.from(train);
  const from = Math.max(0, ends.reduce((least, origin) => Math.min(least, origin), Number.POSITIVE_INFINITY) - window);
  const to = ends.reduce((most, origin) => Math.max(most, origin + horizon), 0);
  return outputs.map((column) => seasonalError(Array.prototype.slice.call(series[column], from, to) as number[], season));
}
