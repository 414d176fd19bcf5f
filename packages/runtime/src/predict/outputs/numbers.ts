import type { OutputOf, SeriesInfo } from "../../manifest.ts";
import { NO_TOKEN, type Predict } from "../predict.ts";
import type { Forecast, NumberSteps } from "../prediction.ts";
import { readInputs } from "../read-inputs.ts";
import { requireTaskOptions } from "../task-options.ts";

/** The numbers to come after each input. */
export const foresee: Predict<Forecast | NumberSteps> = async ({ bundle, graphs, read }, inputs, data, interruption) => {
  requireTaskOptions(bundle.manifest.task, data, ["batchSize"]);
  const { width } = bundle.manifest.model.output as OutputOf<"numbers">;
  const { answers, sources, places } = readInputs<Forecast | NumberSteps>(inputs, read, NO_TOKEN);
  const outputs = await (await graphs.predict()).run(sources, { batchSize: data.batchSize, ...interruption });
  for (const [i, place] of places.entries()) answers[place] = forecast(outputs[i] as Float32Array, width, bundle.manifest.series);
  return answers;
};

/** Numbers to come, in the units of the training data. @param numbers [steps, width], scaled as the series says */
function forecast(numbers: Float32Array, width: number, series: SeriesInfo | undefined): Forecast | NumberSteps {
  const rows = Array.from({ length: numbers.length / width }, (_, step) => Array.from(numbers.subarray(step * width, (step + 1) * width)));
  if (series === undefined) return { steps: rows };
  const scales = series.outputs.map((name) => series.inputs.find((column) => column.name === name) ?? { mean: 0, deviation: 1 });
  const named = (row: readonly number[]): Record<string, number> =>
    Object.fromEntries(series.outputs.map((name, i) => [name, (row[i] as number) * scales[i]!.deviation + scales[i]!.mean]));
  return { steps: rows.map(named) };
}
