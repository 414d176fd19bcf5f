import { UserError } from "@s2s/runtime";
import { CsvError, parse } from "csv-parse/sync";

export interface CsvRow {
  readonly cells: readonly string[];
  /** Of its end, counted from 1. */
  readonly line: number;
}

/**
 * The rows of comma-separated values in UTF-8 (RFC 4180), without white space around cells. Empty lines are none, but between the rows of a single
 * column, where they are cells without a value.
 * @param name what errors call the text. @throws UserError with the line for a quote out of place and a row that is longer or shorter than the first
 */
export function parseCsv(content: Uint8Array | string, name: string): CsvRow[] {
  try {
    const rows = rowsOf(content, true);
    if (rows[0]?.cells.length !== 1) return rows;
    const whole = rowsOf(content, false);
    const isFull = ({ cells }: CsvRow): boolean => cells[0] !== "";
    return whole.slice(whole.findIndex(isFull), whole.findLastIndex(isFull) + 1);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error["lines"] === "number" ? `:${error["lines"]}` : "";
    const what = error.message.replaceAll(/\s+/g, " ").slice(0, 160);
    throw new UserError(`${name}${line}: is no CSV (${what}): mend the line`, { cause: error });
  }
}

function rowsOf(content: Uint8Array | string, skipEmpty: boolean): CsvRow[] {
  const rows = parse(content as string, { bom: true, info: true, skip_empty_lines: skipEmpty, trim: true }) as unknown as {
    record: string[];
    info: { lines: number };
  }[];
  return rows.map(({ record, info }) => ({ cells: record, line: info.lines }));
}
