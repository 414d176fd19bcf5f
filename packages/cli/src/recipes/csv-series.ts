import { UserError } from "@s2s/runtime";

/** A table of texts: names of columns, and rows as many cells wide. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Reads a CSV without commas inside of cells; quotes around cells are taken off. @throws UserError with `file:line` for rows of another width */
export function parseTable(text: string, path: string): Table {
  const [header = "", ...lines] = text
    .replace(/^\uFEFF/, "")
    .trimEnd()
    .split(/\r?\n/);
  const cells = (line: string): string[] => line.split(",").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
  const columns = cells(header);
  const rows = lines.map((line, i) => {
    const row = cells(line);
    if (row.length === columns.length) return row;
    throw new UserError(`${path}:${i + 2}: has ${row.length} cells, but the header has ${columns.length}: mend the line`);
  });
  return { columns, rows };
}

/** A column's numbers; NaN where one is missing (empty or NA). @throws UserError with `file:line` for what is no number */
export function numberColumn({ columns, rows }: Table, name: string, path: string): number[] {
  const at = columns.indexOf(name);
  return rows.map((row, i) => {
    const cell = row[at] ?? "";
    if (cell === "" || cell === "NA") return Number.NaN;
    const value = Number(cell);
    if (!Number.isFinite(value))
      throw new UserError(`${path}:${i + 2}: ${name} is ${JSON.stringify(cell)}, but must be a number: mend the line`);
    return value;
  });
}

/** Missing numbers on the straight line between their neighbours; at the ends, the nearest number. */
export function interpolated(values: readonly number[]): number[] {
  const known = values.flatMap((value, i) => (Number.isNaN(value) ? [] : [i]));
  let next = 0;
  return values.map((value, i) => {
    while (next < known.length && known[next]! < i) next++;
    if (!Number.isNaN(value)) return value;
    const [before, after] = [known[next - 1], known[next]];
    if (before === undefined || after === undefined) return values[before ?? after ?? i]!;
    const share = (i - before) / (after - before);
    return values[before]! * (1 - share) + values[after]! * share;
  });
}

/** Rows of numbers as CSV, with at most four decimals. */
export function tableText(columns: readonly string[], rows: readonly (readonly number[])[]): string {
  const number = (value: number): string => String(Math.round(value * 1e4) / 1e4);
  return [columns.join(","), ...rows.map((row) => row.map(number).join(",")), ""].join("\n");
}
