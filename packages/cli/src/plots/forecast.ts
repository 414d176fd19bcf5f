import { CHART, lineChart } from "./line-chart.ts";
import { element, svgDocument } from "./svg.ts";

/** A forecast beside what came, and what came before. */
export interface ForecastPlot {
  readonly name?: string | undefined;
  readonly history: readonly number[];
  readonly forecast: readonly number[];
  /** What really came, where it is known. */
  readonly truth?: readonly number[] | undefined;
  /** Other forecasts by name. */
  readonly baselines?: Readonly<Record<string, readonly number[]>> | undefined;
}

/** A chart for each forecast, below one another. */
export function forecastSvg(plots: readonly ForecastPlot[]): string {
  const charts = plots.map((plot, i) => element("g", { transform: `translate(0 ${i * CHART.height})` }, forecastChart(plot)));
  return svgDocument(CHART.width, CHART.height * plots.length, plots.map(({ name = NAME }) => name).join(", "), charts);
}

const NAME = "Forecast";

/** Steps count from the last known one, which is 0; every forecast starts from its value. */
function forecastChart({ name = NAME, history, forecast, truth = [], baselines = {} }: ForecastPlot): string {
  const last = history.at(-1);
  const future = (values: readonly number[]): (readonly [number, number])[] => [
    ...(last === undefined || values.length === 0 ? [] : [[0, last] as const]),
    ...values.map((value, i) => [i + 1, value] as const),
  ];
  const series = [
    { name: "forecast", points: future(forecast) },
    {
      name: truth.length > 0 ? "truth" : "history",
      points: [...history.map((value, i) => [i + 1 - history.length, value] as const), ...future(truth).slice(1)],
    },
    ...Object.entries(baselines).map(([baseline, values]) => ({ name: baseline, points: future(values), faint: true })),
  ];
  return lineChart({ title: name, xTitle: "steps from the last known one", series });
}
