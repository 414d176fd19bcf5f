import type { Forecast, Model, ModelInput, Prediction } from "@s2s/runtime";

type Step = Forecast["steps"][number];

/** A forecast with the steps that it goes on from and, where rows were held back, those that came: what `s2s plot` draws. */
export type ForecastWithHistory = Forecast & { readonly history: readonly Step[]; readonly truth?: readonly Step[] };

/**
 * Puts the last known steps of the columns that are forecast, as many as the model looks back upon, beside a forecast of a series; leaves other answers
 * as they are.
 * @param input rows by column
 * @param heldBack how many of its last rows the model has not seen
 */
export function withHistory(
  answer: Prediction,
  input: ModelInput,
  { series }: Model["manifest"],
  heldBack: number,
): Prediction | ForecastWithHistory {
  if (series === undefined || !("steps" in answer) || !Array.isArray(input)) return answer;
  const rows = input as readonly Step[];
  const outputsOf = (row: Step): Step => Object.fromEntries(series.outputs.map((name) => [name, Number(row[name])]));
  const now = rows.length - heldBack;
  const history = rows.slice(now - series.window, now).map(outputsOf);
  return { history, ...(answer as Forecast), ...(heldBack > 0 && { truth: rows.slice(now).map(outputsOf) }) };
}
