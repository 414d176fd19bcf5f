import { UserError } from "@s2s/runtime";

/** A cell of a row and what ends it: quoted, with doubled quotes inside (RFC 4180), or plain. */
const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

/** The rows of comma-separated values; empty lines are none. @throws UserError with the line for a quote out of place; @param name what errors call the text */
export function parseCsv(text: string, name: string): string[][] {
  const rows: string[][] = [];
  const whole = text.replace(/^\uFEFF/, "");
  let row: string[] = [];
  for (let at = 0; at < whole.length || row.length > 0;) {
    CELL.lastIndex = at;
    const found = CELL.exec(whole);
    if (found === null) throw new UserError(`${name}:${rows.length + 1}: has a quote out of place`);
    const [cell, quoted, plain = "", end] = found;
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    at += cell.length;
    if (end === ",") continue;
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  }
  return rows;
}

/**
 * The columns that a model looks at, row by row.
 * @throws UserError that names a column which is missing, or the line of a row that is too short
 */
export function seriesRows(text: string, columns: readonly string[], name: string): Record<string, number | string>[] {
  const [header, ...rows] = parseCsv(text, name);
  if (header === undefined) throw new UserError(`${name}: is empty: its first line must name the columns`);
  const places = columns.map((column) => header.findIndex((each) => each.trim() === column));
  const missing = columns.find((_, i) => places[i] === -1);
  if (missing !== undefined) throw new UserError(`${name}: has no column ${missing}; it has ${header.join(", ")}`);
  return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, numberOf(row[places[i] as number])])));
}

/** What is missing or no number stays as it is, and the model refuses it with its row. */
const numberOf = (cell = ""): number | string => (cell.trim() === "" || Number.isNaN(Number(cell)) ? cell : Number(cell));
