import { UserError } from "../errors.ts";

/** A cell of a row and what ends it: quoted, with doubled quotes inside (RFC 4180), or plain. */
const cellPattern = (separator: string): RegExp =>
  new RegExp(`(?:"((?:[^"]|"")*)"|([^"${separator}\\r\\n]*))(${separator}|\\r?\\n|$)`, "y");

/**
 * The rows of comma-separated values. Empty lines are none, but between the rows of a single column, where they are cells without a value.
 * @param name what errors call the text
 * @param separator what stands between cells: a comma or, as spreadsheets copy them, a tab
 * @throws UserError with the line for a quote out of place
 */
export function parseCsv(text: string, name: string, separator: "," | "\t" = ","): string[][] {
  const pattern = cellPattern(separator);
  const rows: string[][] = [];
  const whole = text.replace(/^\uFEFF/, "");
  let row: string[] = [];
  for (let at = 0; at < whole.length || row.length > 0;) {
    pattern.lastIndex = at;
    const found = pattern.exec(whole);
    if (found === null) throw new UserError(`${name}:${whole.slice(0, at).split("\n").length}: has a quote out of place`);
    const [cell, quoted, plain = "", end] = found;
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    at += cell.length;
    if (end === separator) continue;
    if (!isBlank(row) || rows[0]?.length === 1) rows.push(row);
    row = [];
  }
  return rows.slice(0, rows.findLastIndex((each) => !isBlank(each)) + 1);
}

const isBlank = (row: readonly string[]): boolean => row.length === 1 && (row[0] as string).trim() === "";

/** A row of a series by column. What is missing or no number stays as it was written, and the model refuses it with its row. */
export type NamedRow = Readonly<Record<string, number | string>>;

/** Whether a row has its numbers in the order of the model's columns, not by their names. */
export const isList = (row: NamedRow | ArrayLike<number>): row is ArrayLike<number> => Array.isArray(row) || ArrayBuffer.isView(row);

/**
 * The columns that a model looks at, row by row.
 * @param rows those of `parseCsv`, the columns' names in the first
 * @throws UserError that names a column which is missing, or a row with more or fewer cells than there are columns
 */
export function seriesRows([header, ...rows]: readonly (readonly string[])[], columns: readonly string[], name: string): NamedRow[] {
  if (header === undefined) throw new UserError(`${name}: is empty: its first line must name the columns`);
  const places = columns.map((column) => header.findIndex((each) => each.trim() === column));
  const missing = columns.find((_, i) => places[i] === -1);
  if (missing !== undefined) throw new UserError(`${name}: has no column ${missing}; it has ${header.join(", ")}`);
  const odd = rows.findIndex((row) => row.length !== header.length);
  if (odd >= 0) throw new UserError(`${name}: row ${odd + 1} is cut into ${rows[odd]!.length}, but there are ${header.length} columns`);
  return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, numberOf(row[places[i] as number])])));
}

const numberOf = (cell = ""): number | string => (isNumber(cell) ? Number(cell) : cell);

/** Whether a cell holds a number and nothing else. */
export const isNumber = (cell: string): boolean => cell.trim() !== "" && !Number.isNaN(Number(cell));

/** A cell as it is written, in quotes where it needs them. */
export const csvCell = (value: string | number): string =>
  /[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
