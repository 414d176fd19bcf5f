import { UserError } from "@s2s/runtime";
import { parseCsv } from "@s2s/trainer";

/**
 * The columns of a CSV text that a model looks at, row by row.
 * @param name what errors call the text. @throws UserError for what is no CSV, and where a column is missing
 */
export function seriesRows(text: string, columns: readonly string[], name: string): Record<string, number | string>[] {
  const [header, ...rows] = parseCsv(text, name);
  if (header === undefined) throw new UserError(`${name}: is empty: its first line must name the columns`);
  const places = columns.map((column) => header.cells.indexOf(column));
  const missing = columns.find((_, i) => places[i] === -1);
  if (missing !== undefined) throw new UserError(`${name}: has no column ${missing}; it has ${header.cells.join(", ")}`);
  return rows.map(({ cells }) => Object.fromEntries(columns.map((column, i) => [column, numberOf(cells[places[i]!]!)])));
}

/** What is missing or no number stays as it is, and the model refuses it with its row. */
const numberOf = (cell: string): number | string => (cell === "" || Number.isNaN(Number(cell)) ? cell : Number(cell));
