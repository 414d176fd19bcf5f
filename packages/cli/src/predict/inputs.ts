import { existsSync, readFileSync } from "node:fs";
import { type Model, UserError } from "@s2s/runtime";
import type { SeriesInfo } from "@s2s/runtime/manifest";
import { type NamedRow, seriesRows } from "@s2s/runtime/parts";
import { parseCsv } from "@s2s/trainer";

/** How an input is typed, and what it is read as. */
export interface InputForm {
  /** Of what an argument is. */
  readonly hint: string;
  /** @throws UserError for what is no such input */
  readonly read: (text: string) => unknown;
}

export interface SeriesOptions {
  /** All of standard input, where an argument "-" stands for it. */
  readonly whole?: string | undefined;
  /** Last rows of a series that the model is not shown. */
  readonly heldBack: number;
}

/** What a model takes on a command line or a line of standard input. */
export function inputForm({ model, series }: Model["manifest"], { whole, heldBack }: SeriesOptions): InputForm {
  switch (model.input.kind) {
    case "tokens":
    case "none":
      return { hint: "type a text a line; Ctrl-D ends", read: (text) => text };
    case "image":
      return { hint: "type the path of a PNG or JPEG file a line; Ctrl-D ends", read: (text) => text };
    case "vectors":
      if (series === undefined) break;
      return {
        hint: "type the path of a CSV file a line; Ctrl-D ends",
        read: (path) =>
          path === "-" && whole !== undefined
            ? readSeries(whole, "standard input", series, heldBack)
            : readSeries(readText(path), path, series, heldBack),
      };
  }
  return { hint: 'type JSON a line: nested numbers, or {"source": ...}; Ctrl-D ends', read: readJson };
}

/** @throws UserError with file:line for a cell without a number, of the rows that the model looks at */
function readSeries(text: string, name: string, { inputs, window }: SeriesInfo, heldBack: number): NamedRow[] {
  const lines = parseCsv(text, name);
  const rows = seriesRows(
    lines.map(({ cells }) => cells),
    inputs.map((column) => column.name),
    name,
  );
  for (const [i, row] of rows.entries()) {
    if (i < rows.length - window - heldBack) continue;
    const [column, cell] = Object.entries(row).find(([, each]) => typeof each === "string") ?? [];
    if (column === undefined) continue;
    const what = cell === "" ? "is missing" : `is no number but ${JSON.stringify(cell)}`;
    throw new UserError(`${name}:${lines[i + 1]!.line}: ${column} ${what}: fill it in, the last ${window + heldBack} rows are looked at`);
  }
  return rows;
}

/** Numbers by themselves, or a line of the training data. */
function readJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (existsSync(text))
      throw new UserError(`is the name of a file: give what stands in it, a line each, as in < ${text}`, { cause: error });
    throw new UserError(`is not JSON: ${(error as Error).message}`, { cause: error });
  }
  return typeof value === "object" && value !== null && "source" in value ? value.source : value;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(
      `${path}: ${code === "ENOENT" ? "does not exist: check the path, or give - and the CSV on standard input" : `cannot be read (${code})`}`,
      { cause: error },
    );
  }
}
