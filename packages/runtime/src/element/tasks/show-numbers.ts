import type { SeriesInfo } from "../../manifest.ts";
import { csvCell, isList } from "../../predict/csv.ts";
import type { Forecast, NumberSteps } from "../../predict/prediction.ts";
import { make } from "../make.ts";
import type { Strings } from "../strings.ts";
import type { Shown } from "../task-view.ts";
import { chart } from "./chart.ts";
import { short } from "./numbers.ts";
import { fill } from "./words.ts";

/** Charts beyond these would bury the table. */
const MOST_CHARTS = 4;

/** The numbers of the steps to come: what each column comes to, a chart of what was given and what comes, and a table. */
export function showNumbers({ steps }: Forecast | NumberSteps, input: unknown, series: SeriesInfo | undefined, words: Strings): Shown {
  const rows = steps.map((step) => Object.values(step) as number[]);
  const columns = series?.outputs ?? rows[0]?.map((_, i) => String(i + 1)) ?? [];
  const column = (i: number): number[] => rows.map((row) => row[i] as number);
  const says = columns.slice(0, MOST_CHARTS).map((name, i) => {
    const [first = 0, last = first] = [column(i)[0], column(i).at(-1)];
    return fill(words.forecastOf, { column: name, first: short(first), last: short(last), steps: rows.length });
  });
  const charts = series?.outputs.slice(0, MOST_CHARTS).map((name, i) => chart(name, given(input, name, series), column(i))) ?? [];
  const value = [...(series ? [columns.map(csvCell).join(",")] : []), ...rows.map((row) => row.join(","))].join("\n");
  return { value, answer: says.join("\n"), result: make("div", { part: "forecast" }, ...charts, table(words.step, columns, rows)) };
}

/** What the model was shown of a column; nothing of one that it does not read. */
function given(input: unknown, name: string, { inputs, window }: SeriesInfo): number[] {
  const place = inputs.findIndex((column) => column.name === name);
  const rows = (input as readonly (Readonly<Record<string, number>> | ArrayLike<number>)[]).slice(-window);
  return place < 0 ? [] : rows.map((row) => Number(isList(row) ? row[place] : row[name]));
}

/** Scrolls by itself, and by keys, where it is longer or wider than the page has room for. */
function table(step: string, columns: readonly string[], rows: readonly (readonly number[])[]): HTMLElement {
  const head = [step, ...columns].map((name) => make("th", { scope: "col" }, name));
  const body = rows.map((row, i) =>
    make("tr", {}, make("th", { scope: "row" }, String(i + 1)), ...row.map((value) => make("td", {}, short(value)))),
  );
  const whole = make("table", { part: "table" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...body));
  return make("div", { part: "scroll", tabindex: "0", role: "group", "aria-label": columns.join(", ") }, whole);
}
