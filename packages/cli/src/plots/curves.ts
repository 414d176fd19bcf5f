import type { MetricsLine } from "@s2s/trainer";
import { CHART, lineChart, type Chart } from "./line-chart.ts";
import { element, svgDocument } from "./svg.ts";

/** What a validation line says about where it stands and not about how good the model is. */
const NO_FIGURES = new Set(["kind", "epoch", "step", "loss", "trainingLoss", "seconds"]);

/** Curves of a run over its steps: losses of training and validation, shares such as accuracies, and a chart for each other figure. */
export function trainingCurves(lines: readonly MetricsLine[], { log = false }: { readonly log?: boolean } = {}): string {
  const charts = [lossChart(lines, log), ...figureCharts(lines)];
  const places = charts.map((chart, i) =>
    element("g", { transform: `translate(${(i % 2) * CHART.width} ${Math.floor(i / 2) * CHART.height})` }, lineChart(chart)),
  );
  const [columns, rows] = [Math.min(2, charts.length), Math.ceil(charts.length / 2)];
  return svgDocument(columns * CHART.width, rows * CHART.height, `Training curves: ${charts.map(({ title }) => title).join(", ")}`, places);
}

function lossChart(lines: readonly MetricsLine[], log: boolean): Chart {
  const validations = lines.filter((line) => line.kind === "validation");
  const series = [
    { name: "training", points: lines.flatMap((line) => (line.kind === "training" ? [[line.step, line.loss] as const] : [])), faint: true },
    { name: "training, by epoch", points: validations.map(({ step, trainingLoss }) => [step, trainingLoss] as const), dots: true },
    { name: "validation", points: validations.map(({ step, loss }) => [step, loss] as const), dots: true },
  ];
  return { title: "loss", xTitle: "step", series: series.filter(({ points }) => points.length > 0), log };
}

/** Figures that are shares, from 0 to 1, together; each of the others has a scale of its own. */
function figureCharts(lines: readonly MetricsLine[]): Chart[] {
  const validations = lines.filter((line) => line.kind === "validation");
  const names = [...new Set(validations.flatMap((line) => Object.keys(line)))].filter((name) => !NO_FIGURES.has(name));
  const series = names.map((name) => ({
    name: words(name),
    dots: true,
    points: validations.flatMap((line) => (typeof line[name] === "number" ? [[line.step, line[name]] as const] : [])),
  }));
  const isShare = ({ name }: { readonly name: string }): boolean => /accuracy|f1|rate|share/i.test(name);
  const shares = series.filter(isShare);
  const others = series.filter((each) => !isShare(each) && each.points.length > 0);
  return [
    ...(shares.length > 0 ? [{ title: "shares", xTitle: "step", series: shares, range: [0, 1] as const }] : []),
    ...others.map((each) => ({ title: each.name, xTitle: "step", series: [each] })),
  ];
}

/** "tokenAccuracy" -> "token accuracy". */
function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
