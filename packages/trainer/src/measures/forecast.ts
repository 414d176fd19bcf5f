export interface ErrorFigures {
  /** Mean absolute error. */
  readonly mae: number;
  /** Root of the mean squared error. */
  readonly rmse: number;
  /**
   * Mean absolute scaled error (Hyndman and Koehler, "Another look at measures of forecast accuracy", International Journal of Forecasting 22, 2006):
   * MAE / `seasonalError` of the training part. Below 1 it is better than the naive forecast was there, one season ahead. Not defined where that never
   * erred; the mean of several columns is not where that of one is not.
   */
  readonly mase?: number | undefined;
}

export interface ForecastFigures extends ErrorFigures {
  /** Of each output column; the figures of all are their means (RMSE: the root of the mean square). */
  readonly outputs: readonly ErrorFigures[];
}

/**
 * The scale of MASE: mean |y_t - y_(t - season)| over a series. Steps where one of the two is NaN (missing) are left out.
 * @param season steps of a season, 1 for none
 * @returns NaN where no two steps that are known are a season apart
 */
export function seasonalError(series: ArrayLike<number>, season: number): number {
  let [sum, count] = [0, 0];
  for (let t = season; t < series.length; t++) {
    const change = Math.abs(series[t]! - series[t - season]!);
    if (Number.isNaN(change)) continue;
    sum += change;
    count += 1;
  }
  return sum / count;
}

/**
 * What forecasts are worth, in the unit of the numbers.
 * @param scales `seasonalError` of each output column in the training part; as many columns as there are scales
 * @param forecasts, truth pairs of [steps, columns], row after row
 */
export function forecastFigures(
  forecasts: readonly ArrayLike<number>[],
  truth: readonly ArrayLike<number>[],
  scales: readonly number[],
): ForecastFigures {
  const columns = scales.length;
  const absolute = new Float64Array(columns);
  const squared = new Float64Array(columns);
  let rows = 0;
  for (const [i, forecast] of forecasts.entries()) {
    const right = truth[i];
    if (right?.length !== forecast.length || forecast.length % columns !== 0)
      throw new RangeError(`forecast ${i} has ${forecast.length} numbers, the truth ${right?.length}, in ${columns} columns`);
    for (let k = 0; k < forecast.length; k++) {
      const error = forecast[k]! - right[k]!;
      absolute[k % columns]! += Math.abs(error);
      squared[k % columns]! += error * error;
    }
    rows += forecast.length / columns;
  }
  const outputs = scales.map((scale, k) => {
    const mae = absolute[k]! / rows;
    const mase = mae / scale;
    return { mae, rmse: Math.sqrt(squared[k]! / rows), ...(scale !== 0 && Number.isFinite(mase) && { mase }) };
  });
  const mean = (of: (figures: ErrorFigures) => number) => outputs.reduce((sum, each) => sum + of(each), 0) / columns;
  const mase = mean((each) => each.mase ?? Number.NaN);
  return {
    mae: mean(({ mae }) => mae),
    rmse: Math.sqrt(mean(({ rmse }) => rmse ** 2)),
    ...(!Number.isNaN(mase) && { mase }),
    outputs,
  };
}
