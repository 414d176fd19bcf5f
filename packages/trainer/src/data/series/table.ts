import { readFile } from "node:fs/promises";
import { UserError } from "@s2s/runtime";
import { parseCsv } from "../csv.ts";
import type { CsvRow } from "../csv.ts";
import { explainReadError } from "../file-error.ts";

/** Columns of numbers over time; NaN where one is missing. */
export interface Table {
  readonly names: readonly string[];
  /** By name. */
  readonly columns: ReadonlyMap<string, Float64Array>;
  readonly rows: number;
  /** Of each row the line of the file. */
  readonly lines: readonly number[];
}

/** How missing numbers are written. */
const MISSING = new Set(["", "na", "nan", "null", "n/a"]);

/**
 * Reads a CSV file with a header (RFC 4180). Columns that are asked for must be numbers; without names, all columns of numbers are read.
 * @throws UserError with `file:line` for a row that is none, a column that is not there and what is no number, or too large a one
 */
export async function readTable(path: string, wanted: readonly string[], limit = Number.POSITIVE_INFINITY): Promise<Table> {
  const [header, ...rows] = await readRows(path);
  if (header === undefined || rows.length === 0) throw new UserError(`${path}: is empty: it needs a header and a row a step`);
  const names = header.cells;
  if (names.length === 1 && /[;\t]/.test(names[0]!))
    throw new UserError(`${path}:${header.line}: is one column, ${JSON.stringify(names[0])}: separate cells with commas`);
  for (const [i, name] of names.entries())
    if (names.indexOf(name) !== i) throw new UserError(`${path}:${header.line}: two columns are named ${JSON.stringify(name)}: rename one`);
  for (const name of wanted)
    if (!names.includes(name))
      throw new UserError(`${path}:${header.line}: has no column ${JSON.stringify(name)}; it has ${names.slice(0, 12).join(", ")}`);
  const kept = rows.slice(0, limit);
  const columns = new Map<string, Float64Array>();
  for (const [at, name] of names.entries()) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const column = Float64Array.from(kept, ({ cells }) => toNumber(cells[at]!));
    const bad = column.findIndex((value, row) => Number.isNaN(value) && !isMissing(kept[row]!.cells[at]!));
    if (bad < 0) {
      const huge = column.findIndex((value) => !Number.isNaN(value) && !Number.isFinite(Math.fround(value)));
      if (huge >= 0)
        throw new UserError(`${path}:${kept[huge]!.line}: ${name} is ${column[huge]}, more than a float32 holds: scale the numbers`);
      columns.set(name, column);
    } else if (wanted.length > 0) {
      const { line, cells } = kept[bad]!;
      throw new UserError(
        `${path}:${line}: ${name} is ${JSON.stringify(cells[at]!.slice(0, 40))}, which is no number: mend it, or leave the column out of forecast.inputs`,
      );
    }
  }
  if (columns.size === 0) throw new UserError(`${path}: has no column of numbers`);
  return { names: [...columns.keys()], columns, rows: kept.length, lines: kept.map(({ line }) => line) };
}

const isMissing = (cell: string): boolean => MISSING.has(cell.toLowerCase());
const toNumber = (cell: string): number => (isMissing(cell) || !Number.isFinite(Number(cell)) ? Number.NaN : Number(cell));

async function readRows(path: string): Promise<CsvRow[]> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw explainReadError(path, error);
  }
  return parseCsv(bytes, path);
}
