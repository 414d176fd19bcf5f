import { linearScale, logScale } from "./scale.ts";
import { element, label, polyline, textWidth } from "./svg.ts";

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Drawn faintly, for what is only background. */
  readonly faint?: boolean;
  /** A dot at every point. */
  readonly dots?: boolean;
}

export interface Chart {
  readonly title: string;
  readonly xTitle: string;
  readonly series: readonly Series[];
  readonly log?: boolean;
  /** Bounds of the vertical axis; by default those of the values. */
  readonly range?: readonly [number, number];
}

export const CHART = { width: 520, height: 320 } as const;
const MARGIN = { left: 64, right: 24, top: 56, bottom: 44 } as const;

/** Told apart by people who do not see all colours as well (Okabe & Ito 2008). */
const COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"];

/** Lines over common axes with a legend, `CHART` in size; values that are not finite, or not above 0 on a logarithmic axis, are left out. */
export function lineChart(chart: Chart): string {
  const series = chart.series.map((each) => ({ ...each, points: each.points.filter((point) => drawable(point, chart.log ?? false)) }));
  const points = series.flatMap((each) => each.points);
  if (points.length === 0) return label(CHART.width / 2, CHART.height / 2, `${chart.title}: nothing to draw`, { "text-anchor": "middle" });
  const [left, right, top, bottom] = [MARGIN.left, CHART.width - MARGIN.right, MARGIN.top, CHART.height - MARGIN.bottom];
  const [low, high] = chart.range ?? extent(points.map(([, y]) => y));
  const x = linearScale(...extent(points.map(([at]) => at)), left, right);
  const y = (chart.log ? logScale : linearScale)(low, high, bottom, top);
  const grid = y.ticks.flatMap(({ value, text }) => [
    element("line", { x1: left, x2: right, y1: y.at(value), y2: y.at(value), stroke: "#e4e4e4" }),
    label(left - 8, y.at(value) + 4, text, { "text-anchor": "end" }),
  ]);
  const marks = x.ticks.map(({ value, text }) => label(x.at(value), bottom + 18, text, { "text-anchor": "middle" }));
  const lines = series.map((each, i) => {
    const places = each.points.map(([px, py]) => [x.at(px), y.at(py)] as const);
    const stroke = {
      stroke: COLORS[i % COLORS.length]!,
      "stroke-width": each.faint ? 1 : 2,
      opacity: each.faint ? 0.45 : 1,
      "stroke-linejoin": "round",
    };
    const dots =
      each.dots || places.length === 1
        ? places.map(([cx, cy]) => element("circle", { cx, cy, r: 2.5, fill: COLORS[i % COLORS.length]! }))
        : [];
    return [polyline(places, stroke), ...dots].join("");
  });
  return [
    label(left, 20, chart.title, { "font-weight": "600", "font-size": 14 }),
    ...legend(series, left),
    ...grid,
    ...marks,
    element("line", { x1: left, x2: right, y1: bottom, y2: bottom, stroke: "#888" }),
    label((left + right) / 2, CHART.height - 8, chart.xTitle, { "text-anchor": "middle" }),
    ...lines,
  ].join("");
}

function drawable([x, y]: readonly [number, number], log: boolean): boolean {
  return Number.isFinite(x) && Number.isFinite(y) && (!log || y > 0);
}

function extent(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
}

function legend(series: readonly Series[], left: number): string[] {
  let x = left;
  return series.flatMap(({ name, faint }, i) => {
    const at = x;
    x += 32 + textWidth(name);
    return [
      element("line", {
        x1: at,
        x2: at + 16,
        y1: 36,
        y2: 36,
        stroke: COLORS[i % COLORS.length]!,
        "stroke-width": 2,
        opacity: faint ? 0.45 : 1,
      }),
      label(at + 21, 40, name),
    ];
  });
}
