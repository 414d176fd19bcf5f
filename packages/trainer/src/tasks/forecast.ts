import { createHash } from "node:crypto";
import { given, UserError } from "@s2s/runtime";
import type { SeriesInfo, TaskName } from "@s2s/runtime/manifest";
import { measureBaselines } from "../baselines/forecast-baselines.ts";
import { listOf } from "../config/fields.ts";
import type { Config } from "../config.ts";
import { fillMissing } from "../data/series/missing.ts";
import { readTable } from "../data/series/table.ts";
import type { Table } from "../data/series/table.ts";
import { columnsOf, originsOf, Windows } from "../data/series/windows.ts";
import type { EvaluationSums } from "../executor.ts";
import { forecastFigures, seasonalError } from "../measures/forecast.ts";
import type { ForecastFigures } from "../measures/forecast.ts";
import { encoderOf } from "../model-config.ts";
import { plural } from "../plural.ts";
import { answers } from "./classes.ts";
import { refuseLabelSmoothing } from "./label-smoothing.ts";
import type { DetailOptions, Figures, MeasureOptions, Task, TaskFigures } from "./task.ts";

/** A series of numbers to its next steps: CSV with a header and a row a step. */
export const forecastTask = (name: TaskName): Task<Windows> => ({
  name,
  unit: "number",
  sources: ["vectors"],
  writesTokens: false,
  ask: (folder) => `predict ${folder} series.csv`,
  fileEnding: () => ".csv",
  check(config, refuse) {
    refuseLabelSmoothing(config, refuse);
    const { task, forecast, encoder, training } = config;
    if (training.wordDropout > 0)
      refuse("training", "wordDropout", `training.wordDropout drops words, of which the task ${task} here has none: leave it out`);
    if (forecast.mode !== "recursive") return;
    for (const [key, how] of [
      ["bidirectional", "in both directions"],
      ["reverseSource", "from the end"],
    ] as const)
      if (encoder[key])
        refuse("encoder", key, `forecast.mode recursive reads on what it said, which an encoder ${how} cannot: leave encoder.${key} out`);
  },
  async load(config) {
    const { data, forecast } = config;
    const { window, horizon, mode } = forecast;
    if (data.train === undefined)
      throw new UserError("data.train: no training series: name a CSV file in the configuration or with --data");
    const raw = await readTable(data.train, [...new Set([...listOf(forecast.inputs), ...listOf(forecast.outputs)])], data.limit);
    const inputs = listOf(forecast.inputs).length > 0 ? listOf(forecast.inputs) : raw.names;
    const outputs = listOf(forecast.outputs).length > 0 ? listOf(forecast.outputs) : inputs.slice(0, 1);
    for (const output of outputs)
      if (!inputs.includes(output))
        throw new UserError(`forecast.outputs: ${output} is none of forecast.inputs (${inputs.join(", ")}): add it there`);
    const table = fillMissing(raw, forecast.missing, data.train);
    const held = data.valid === undefined ? Math.round(table.rows * data.validFraction) : 0;
    const border = table.rows - held;
    const season = forecast.season ?? 1;
    const seasonalErrors = columnsOf(table, outputs).map((column) => seasonalError(column.subarray(0, border), season));
    const series: SeriesInfo = {
      inputs: inputs.map((column) => ({ name: column, ...scaleOf(table.columns.get(column)!.subarray(0, border)) })),
      outputs,
      window,
      seasonalErrors,
    };
    const origins = originsOf(table, inputs, { window, horizon, from: 0, to: border });
    if (origins.length === 0)
      throw new UserError(
        `${data.train}: ${plural(border, "row")} to train on hold no window of ${plural(window, "step")} and ${horizon} to forecast without a gap: give more, or a smaller forecast.window`,
      );
    if (seasonalErrors.some(Number.isNaN))
      throw new UserError(
        `forecast.season is ${plural(season, "step")}, but no two numbers of the ${plural(border, "row")} to train on in ${data.train} are that far apart: give a shorter season, or more rows`,
      );
    const valid =
      data.valid === undefined
        ? new Windows(table, series, horizon, originsOf(table, inputs, { window, horizon, from: border, to: table.rows }))
        : windowsOf(await filled(data.valid, inputs, config), series, horizon, data.valid);
    const digest = createHash("sha256");
    for (const each of data.valid === undefined ? [table] : [table, valid.table])
      for (const column of columnsOf(each, inputs)) digest.update(column);
    return {
      train: new Windows(table, series, horizon, origins),
      valid,
      model: {
        input: { kind: "vectors", width: inputs.length },
        encoder: encoderOf(config),
        output: { kind: "numbers", width: outputs.length, steps: horizon, mode, indices: outputs.map((output) => inputs.indexOf(output)) },
      },
      manifest: { task: name, series, maxSourceLength: window, maxTargetLength: horizon },
      files: {},
      filter: { read: origins.length, longSources: 0, longTargets: 0 },
      digest: digest.digest("hex"),
    };
  },
  async read(file, config, { manifest }) {
    const series = given(manifest.series, "series");
    return windowsOf(
      await filled(
        file,
        series.inputs.map((input) => input.name),
        config,
      ),
      series,
      manifest.maxTargetLength,
      file,
    );
  },
  /** The mean squared error of the scaled numbers. */
  figures: ({ loss_sum: loss = Number.NaN, units = 0 }: EvaluationSums): TaskFigures => ({ loss: loss / units }),
  worth: ({ mae = Number.NaN }) => -mae,
  measure: async (folder, windows, options) => figuresOf(await forecasts(folder, windows, options)),
  async details(folder, windows, options = {}) {
    const { outputs } = await forecasts(folder, windows, options);
    const training = await options.training?.();
    const baselines = training instanceof Windows ? compareBaselines(training, windows, options) : undefined;
    return {
      outputs: Object.fromEntries(windows.series.outputs.map((output, i) => [output, outputs[i]])),
      ...(baselines && { baselines }),
    };
  },
});

const filled = async (file: string, inputs: readonly string[], { forecast, data }: Pick<Config, "forecast" | "data">): Promise<Table> =>
  fillMissing(await readTable(file, inputs, data.limit), forecast.missing, file);

function windowsOf(table: Table, series: SeriesInfo, horizon: number, file: string): Windows {
  const names = series.inputs.map(({ name: column }) => column);
  const origins = originsOf(table, names, { window: series.window, horizon, from: 0, to: table.rows });
  if (origins.length === 0)
    throw new UserError(
      `${file}: ${plural(table.rows, "row")} hold no window of ${plural(series.window, "step")} and ${horizon} to forecast without a gap`,
    );
  return new Windows(table, series, horizon, origins);
}

/** Mean and standard deviation of what is not missing; a column that never changes is only centred. */
function scaleOf(column: Float64Array): { mean: number; deviation: number } {
  const known = column.filter((value) => !Number.isNaN(value));
  // Sums of equal numbers are rounded: their deviation would be tiny, but not 0.
  if (known.length > 0 && known.every((value) => value === known[0])) return { mean: known[0]!, deviation: 1 };
  const mean = known.reduce((a, b) => a + b, 0) / Math.max(known.length, 1);
  const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(known.length, 1));
  return { mean, deviation: deviation > 0 ? deviation : 1 };
}

async function forecasts(folder: string, windows: Windows, options?: MeasureOptions): Promise<ForecastFigures> {
  const { series } = windows;
  const scales = series.outputs.map((name) => series.inputs.find((input) => input.name === name)!);
  const [found, truth]: [Float64Array[], Float64Array[]] = [[], []];
  for await (const { batch, data } of answers(folder, windows, options)) {
    const width = data.length / batch.size;
    for (const [row, example] of batch.examples.entries()) {
      found.push(
        Float64Array.from(data.subarray(row * width, (row + 1) * width), (value, i) => {
          const { mean, deviation } = scales[i % scales.length]!;
          return value * deviation + mean;
        }),
      );
      truth.push(windows.truth(example));
    }
  }
  return forecastFigures(found, truth, series.seasonalErrors ?? []);
}

const figuresOf = ({ mae, rmse, mase }: ForecastFigures): Figures => ({ mae, rmse, ...(mase !== undefined && { mase }) });

/** What simple forecasts are worth on the same origins, fitted on what the model was trained on. */
function compareBaselines(training: Windows, windows: Windows, { season = 1, seed = 1 }: DetailOptions): Record<string, Figures> {
  const { series, horizon } = windows;
  const names = series.inputs.map(({ name }) => name);
  const [before, after] = [columnsOf(training.table, names), columnsOf(windows.table, names)];
  // The same file: held-out origins lie behind the others. Another file: its rows follow.
  const same = training.table === windows.table;
  const offset = same ? 0 : training.table.rows;
  const problem = {
    series: same ? before : before.map((column, i) => Float64Array.from([...column, ...after[i]!])),
    outputs: series.outputs.map((output) => names.indexOf(output)),
    window: series.window,
    horizon,
  };
  const found = measureBaselines(problem, {
    train: training.origins,
    test: windows.origins.map((origin) => origin + offset),
    season,
    seed,
  });
  return Object.fromEntries(Object.entries(found).map(([name, figures]) => [name, figuresOf(figures)]));
}
