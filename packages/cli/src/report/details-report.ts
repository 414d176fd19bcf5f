import type { ClassFigures, ConfusionMatrix, ErrorFigures, SpanFigures } from "@s2s/trainer";
import { count, loss, percent, plural, table } from "./format.ts";

/** A wider matrix fills no terminal well; --json has it. */
const MOST_CLASSES = 20;
const LONGEST_LABEL = 12;

/** What `s2s evaluate` knows beside single numbers, as tables. @param own the model's own figures, which baselines are compared with */
export function detailLines(details: Readonly<Record<string, unknown>>, own: Readonly<Record<string, unknown>> = {}): string[] {
  const { classes, confusion, spans, baselines } = details as Partial<Details>;
  const lines: string[] = [];
  if ("mae" in own && !("mase" in own))
    lines.push("MASE is not defined: what it is scaled by, a naive forecast of the training part, is never wrong");
  if (classes !== undefined) lines.push("", ...classLines("label", classes));
  if (spans !== undefined) lines.push("", ...classLines("span", spans.kinds));
  if (classes !== undefined && confusion !== undefined) lines.push("", ...confusionLines(classes, confusion));
  if (baselines !== undefined) lines.push("", ...baselineLines(baselines), ...comparison(baselines, own["rmse"]));
  return lines;
}

/** The details of all tasks, each under the name that its task gives it. */
interface Details {
  readonly classes: readonly ClassFigures[];
  readonly confusion: ConfusionMatrix;
  readonly spans: SpanFigures;
  readonly baselines: Readonly<Record<string, ErrorFigures>>;
}

function classLines(what: string, classes: readonly ClassFigures[]): string[] {
  const rows = classes.map(({ label, precision, recall, f1, support }) => [
    label,
    percent(precision),
    percent(recall),
    percent(f1),
    count(support),
  ]);
  return table([[what, "precision", "recall", "F1", "count"], ...rows]);
}

function confusionLines(classes: readonly ClassFigures[], confusion: ConfusionMatrix): string[] {
  if (classes.length > MOST_CLASSES) return [`${plural(classes.length, "label")}: --json has how often each was taken for which`];
  const names = classes.map(({ label }) => shorten(label));
  return [
    "right label (rows), label given (columns)",
    ...table([["", ...names], ...confusion.map((row, k) => [names[k]!, ...row.map((times) => (times === 0 ? "." : count(times)))])]),
  ];
}

function baselineLines(baselines: Details["baselines"]): string[] {
  const rows = Object.entries(baselines).map(([name, { mae, rmse, mase }]) => [
    BASELINE_NAMES[name] ?? name,
    loss(mae),
    loss(rmse),
    mase === undefined ? "-" : mase.toFixed(3),
  ]);
  return table([["baseline", "MAE", "RMSE", "MASE"], ...rows]);
}

/** In a line, which baselines the model is better than. RMSE decides: squared errors are what a forecast is trained to make small. */
function comparison(baselines: Details["baselines"], own: unknown): string[] {
  if (typeof own !== "number") return [];
  const names = (better: boolean): string =>
    Object.entries(baselines)
      .filter(([, { rmse }]) => own < rmse === better)
      .map(([name]) => (BASELINE_NAMES[name] ?? name).replace(/ \(.*/, ""))
      .join(", ");
  const parts = [names(true) && `better than ${names(true)}`, names(false) && `not better than ${names(false)}`].filter(Boolean);
  return [`by RMSE ${parts.join("; ")}`];
}

const BASELINE_NAMES: Readonly<Record<string, string>> = {
  naive: "naive (last value)",
  seasonalNaive: "seasonal naive",
  windowLinear: "window linear",
  windowMlp: "window MLP",
};

function shorten(label: string): string {
  const characters = Array.from(label);
  return characters.length <= LONGEST_LABEL ? label : `${characters.slice(0, LONGEST_LABEL - 1).join("")}…`;
}
