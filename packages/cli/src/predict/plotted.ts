import type { Forecast, Model, ModelInput, Prediction } from "@s2s/runtime";

type Step = Forecast["steps"][number];

/** A forecast with the steps that it goes on from: what `s2s plot` draws. */
export type ForecastWithHistory = Forecast & { readonly history: readonly Step[] };

/**
 * Puts the last known steps of the columns that are forecast, as many as the model looks back upon, beside a forecast of a series; leaves other answers
 * as they are.
 * @param input rows by column
 */
export function withHistory(answer: Prediction, input: ModelInput, { series }: Model["manifest"]): Prediction | ForecastWithHistory {
  if (series === undefined || !("steps" in answer) || !Array.isArray(input)) return answer;
  const rows = input.slice(-series.window) as readonly Step[];
  const history = rows.map((row) => Object.fromEntries(series.outputs.map((name) => [name, Number(row[name])])));
  return { history, ...(answer as Forecast) };
}
