import { readFile } from "node:fs/promises";
import { UserError } from "@s2s/runtime";
import { holdsRun, runPaths, type MetricsLine } from "@s2s/trainer";
import * as v from "valibot";
import { attentionMap } from "./attention.ts";
import { confusionMap } from "./confusion.ts";
import { trainingCurves } from "./curves.ts";
import { forecastSvg, type ForecastPlot } from "./forecast.ts";
import { heatMapSvg, type HeatMap } from "./heat-map.ts";
import { strokesSvg } from "./strokes.ts";

/** What can be drawn of an input. */
export interface Plot {
  readonly kind: "curves" | "attention" | "confusion" | "forecast" | "strokes";
  svg(): string;
}

export interface PlotOptions {
  /** Logarithmic losses; of curves alone. */
  readonly log?: boolean | undefined;
  /** Most drawings; of strokes alone. */
  readonly limit?: number | undefined;
}

const DRAWINGS = 12;
const numbers = v.array(v.number());
const texts = v.array(v.string());
const Attention = v.object({ source: texts, target: texts, attention: v.array(numbers) });
const Confusion = v.object({ labels: texts, confusion: v.array(numbers) });
/** As `s2s evaluate --json` has it. */
const Evaluated = v.object({ details: v.object({ classes: v.array(v.object({ label: v.string() })), confusion: v.array(numbers) }) });
/** As `s2s predict --json` has it: by column; what came may be put beside it. */
const steps = v.array(v.record(v.string(), v.number()));
const Predicted = v.object({ history: steps, steps: v.pipe(steps, v.minLength(1)), truth: v.optional(steps, []) });
const Forecast = v.object({
  name: v.optional(v.string()),
  history: numbers,
  forecast: numbers,
  truth: v.optional(numbers),
  baselines: v.optional(v.record(v.string(), numbers)),
});
const Drawing = v.object({
  text: v.optional(v.string()),
  strokes: v.pipe(v.array(v.tuple([v.number(), v.number(), v.number()])), v.minLength(1)),
});

const KNOWN =
  "a run's folder, or a file of JSON with source, target and attention, with labels and confusion, with history and forecast, or with strokes (one a line), such as evaluate, predict and translate print with --json";

/** Reads a run's metrics or a JSON file, and knows by what is in it what to draw. @throws UserError where it is neither, or an option does not belong to it */
export async function readPlot(path: string, options: PlotOptions): Promise<Plot> {
  const plot = (await holdsRun(path)) ? await curves(path, options) : drawingOf(path, await fileText(path), options);
  if (options.log && plot.kind !== "curves")
    throw new UserError(`--log is for training curves, but ${path} holds ${plot.kind}: leave it out`);
  if (options.limit !== undefined && plot.kind !== "strokes")
    throw new UserError(`--limit is for drawings, but ${path} holds ${plot.kind}: leave it out`);
  return plot;
}

async function curves(run: string, { log }: PlotOptions): Promise<Plot> {
  const path = runPaths(run).metrics;
  const lines = (await fileText(path)).split("\n").filter(Boolean);
  if (lines.length === 0) throw new UserError(`${path}: is empty: there are figures after ten steps`);
  const metrics = lines.map((line, i) => parse(line, `${path}:${i + 1}`) as MetricsLine);
  return { kind: "curves", svg: () => trainingCurves(metrics, { log: log ?? false }) };
}

function drawingOf(path: string, text: string, { limit = DRAWINGS }: PlotOptions): Plot {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const first: unknown = lines.length > 1 ? tryParse(lines[0]!) : undefined;
  if (v.is(Drawing, first)) {
    const drawings = lines.slice(0, limit).map((line, i) => checked(Drawing, parse(line, `${path}:${i + 1}`), `${path}:${i + 1}`));
    return { kind: "strokes", svg: () => strokesSvg(drawings) };
  }
  const value = parse(text, path);
  if (has(value, "attention")) {
    const input = checked(Attention, value, path);
    return matrix("attention", attentionMap(input), path, input.attention, input.target.length, input.source.length);
  }
  if (has(value, "confusion")) return confusionPlot(checked(Confusion, value, path), path);
  if (has(value, "details") && has(value.details, "confusion")) {
    const { classes, confusion } = checked(Evaluated, value, path).details;
    return confusionPlot({ labels: classes.map(({ label }) => label), confusion }, path);
  }
  if (has(value, "forecast")) {
    const input = checked(Forecast, value, path);
    return { kind: "forecast", svg: () => forecastSvg([input]) };
  }
  if (has(value, "steps") && has(value, "history")) {
    const input = checked(Predicted, value, path);
    return { kind: "forecast", svg: () => forecastSvg(byColumn(input)) };
  }
  if (has(value, "strokes")) {
    const input = checked(Drawing, value, path);
    return { kind: "strokes", svg: () => strokesSvg([input]) };
  }
  throw new UserError(`${path}: is nothing that can be drawn: name ${KNOWN}`);
}

const confusionPlot = (input: v.InferOutput<typeof Confusion>, path: string): Plot =>
  matrix("confusion", confusionMap(input), path, input.confusion, input.labels.length, input.labels.length);

function byColumn({ history, steps: forecast, truth }: v.InferOutput<typeof Predicted>): ForecastPlot[] {
  const column = (rows: readonly Record<string, number>[], name: string) => rows.flatMap((row) => (name in row ? [row[name]!] : []));
  return Object.keys(forecast[0]!).map((name) => ({
    name,
    history: column(history, name),
    forecast: column(forecast, name),
    truth: column(truth, name),
  }));
}

function matrix(
  kind: Plot["kind"],
  map: HeatMap,
  path: string,
  values: readonly (readonly number[])[],
  rows: number,
  columns: number,
): Plot {
  if (rows === 0 || columns === 0 || values.length !== rows || values.some((row) => row.length !== columns))
    throw new UserError(
      `${path}: ${kind} must have ${rows} rows of ${columns} numbers, as many as there are names, and at least one: correct the file`,
    );
  return { kind, svg: () => heatMapSvg(map) };
}

const has = <K extends string>(value: unknown, key: K): value is Readonly<Record<K, unknown>> =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key);

function checked<S extends v.GenericSchema>(schema: S, value: unknown, where: string): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [{ message, path }] = result.issues;
  throw new UserError(`${where}: ${path?.map(({ key }) => String(key)).join(".") ?? "the value"}: ${message}: correct the file`);
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parse(text: string, where: string): unknown {
  const value = tryParse(text);
  if (value === undefined) throw new UserError(`${where}: is not valid JSON: name ${KNOWN}`);
  return value;
}

async function fileText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = code === "ENOENT" ? "does not exist" : code === "EISDIR" ? "is a folder without a run" : `cannot be read (${code})`;
    throw new UserError(`${path}: ${what}: name ${KNOWN}`, { cause: error });
  }
}
