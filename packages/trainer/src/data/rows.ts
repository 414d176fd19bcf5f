import { UserError } from "@s2s/runtime";
import { readLines } from "./lines.ts";

/** A line cut at its tabs, and its place for messages. */
export interface Row {
  readonly columns: readonly string[];
  /** `file:line` */
  readonly where: string;
}

/**
 * Streams a file of tab-separated columns in NFC, line by line, in constant memory; with a limit only its first lines.
 * @throws UserError with `file:line` for invalid UTF-8, with the file where it cannot be read or is empty
 */
export async function* readRows(path: string, limit = Number.POSITIVE_INFINITY): AsyncGenerator<Row, void, undefined> {
  let read = 0;
  for await (const { first, lines } of readLines(path)) {
    for (const [i, line] of lines.entries()) {
      if (read === limit) return;
      read += 1;
      yield { columns: line.normalize("NFC").split("\t"), where: `${path}:${first + i}` };
    }
  }
  if (read === 0) throw new UserError(`${path}: is empty: it needs an example a line`);
}

/** A column, counted from 1. @throws UserError where the line ends before it or it is empty; `key` is what says which column it is */
export function columnOf({ columns, where }: Row, column: number, what: string, key: string): string {
  const text = columns[column - 1];
  if (text !== undefined && text !== "") return text;
  const found = text === "" ? `column ${column} is empty` : `${columns.length} column${columns.length === 1 ? "" : "s"}`;
  throw new UserError(`${where}: ${found}, but the ${what} is column ${column}, separated by tabs: mend the line or set ${key}`);
}
