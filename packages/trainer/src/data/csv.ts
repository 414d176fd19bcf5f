import { UserError } from "@s2s/runtime";
import { CsvError, parse } from "csv-parse/sync";

export interface CsvRow {
  readonly cells: readonly string[];
  /** Of its end, counted from 1. */
  readonly line: number;
}

/**
 * The rows of comma-separated values in UTF-8 (RFC 4180), without white space around cells; empty lines are none.
 * @param name what errors call the text. @throws UserError with the line for a quote out of place and a row that is longer or shorter than the first
 */
export function parseCsv(content: Uint8Array | string, name: string): CsvRow[] {
  try {
    const rows = parse(content as string, { bom: true, info: true, skip_empty_lines: true, trim: true }) as unknown as {
      record: string[];
      info: { lines: number };
    }[];
    return rows.map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error["lines"] === "number" ? `:${error["lines"]}` : "";
    const what = error.message.replaceAll(/\s+/g, " ").slice(0, 160);
    throw new UserError(`${name}${line}: is no CSV (${what}): mend the line`, { cause: error });
  }
}
