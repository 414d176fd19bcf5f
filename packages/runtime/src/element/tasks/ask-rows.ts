import type { Manifest } from "../../manifest.ts";
import { csvCell, isList, isNumber, type NamedRow, parseCsv, seriesRows } from "../../predict/csv.ts";
import { make } from "../make.ts";
import type { MakeAsk } from "./ask.ts";
import { fileField } from "./file-field.ts";

/** What errors call the text. */
const NAME = "CSV";

/** The last rows of a series: CSV that is typed, pasted, from a spreadsheet too, or of a file. */
export const askRows: MakeAsk = (host) => {
  const open = async (file: File): Promise<void> => {
    // Where it cannot be loaded, that has been told.
    const manifest = await host.load().catch(() => undefined);
    if (manifest === undefined) return;
    const { series } = manifest;
    try {
      // Of a long file the field would hold more than anybody reads.
      host.setText(csvOf(rowsOf(await file.text(), columnsOf(series)).slice(-(series?.window ?? 1)), columnsOf(series)));
      host.edit();
      host.send();
    } catch (error) {
      host.fail(error as Error);
    }
  };
  const field = fileField({ accept: ".csv,.tsv,text/csv" }, (file) => void open(file));
  const caption = make("span", { part: "hint" });
  return {
    main: undefined,
    fields: [make("label", { part: "setting" }, caption, field)],
    lines: true,
    name: "rows",
    placeholder: () => placeholderOf(host.manifest()?.series),
    setWords: ({ file }) => (caption.textContent = file),
    isEmpty: (text) => text.trim() === "",
    read: (text, { series }) => rowsOf(text, columnsOf(series)) as Readonly<Record<string, number>>[],
    take(input) {
      const rows = input as readonly (NamedRow | ArrayLike<number>)[];
      const names = columnsOf(host.manifest()?.series);
      const named = (row: NamedRow | ArrayLike<number>): NamedRow =>
        isList(row) ? Object.fromEntries(names.map((name, i) => [name, row[i] as number])) : row;
      host.setText(csvOf(rows.map(named), names));
    },
  };
};

type Series = Manifest["series"];

const columnsOf = (series: Series): string[] => series?.inputs.map(({ name }) => name) ?? [];

/** Cells may be parted by tabs, as spreadsheets copy them; rows of numbers alone have the model's columns. */
function rowsOf(text: string, columns: readonly string[]): NamedRow[] {
  const rows = parseCsv(text, NAME, /^[^\n,]*\t/.test(text) ? "\t" : ",");
  return seriesRows(rows[0]?.every(isNumber) ? [columns, ...rows] : rows, columns, NAME);
}

const csvOf = (rows: readonly NamedRow[], columns: readonly string[]): string =>
  [columns, ...rows.map((row) => columns.map((name) => row[name] ?? ""))].map((cells) => cells.map(csvCell).join(",")).join("\n");

/** The columns' names, and what their numbers are like. */
function placeholderOf(series: Series): string {
  if (series === undefined) return "";
  const usual = series.inputs.map(({ mean }) => Number(mean.toPrecision(3))).join(",");
  return [columnsOf(series).map(csvCell).join(","), usual, usual, "..."].join("\n");
}
