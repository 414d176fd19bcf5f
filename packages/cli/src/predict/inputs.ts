import { readFileSync } from "node:fs";
import { type Model, UserError } from "@s2s/runtime";
import { seriesRows } from "@s2s/runtime/parts";
import { parseCsv } from "@s2s/trainer";

/** How an input is typed, and what it is read as. */
export interface InputForm {
  /** Of what an argument is. */
  readonly hint: string;
  /** @throws UserError for what is no such input */
  readonly read: (text: string) => unknown;
}

/** What a model takes on a command line or a line of standard input. */
export function inputForm({ model, series }: Model["manifest"]): InputForm {
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
          seriesRows(
            parseCsv(readText(path), path).map(({ cells }) => cells),
            series.inputs.map(({ name }) => name),
            path,
          ),
      };
  }
  return { hint: 'type JSON a line: nested numbers, or {"source": ...}; Ctrl-D ends', read: readJson };
}

/** Numbers by themselves, or a line of the training data. */
function readJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`is not JSON: ${(error as Error).message}`, { cause: error });
  }
  return typeof value === "object" && value !== null && "source" in value ? value.source : value;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(`${path}: ${code === "ENOENT" ? "is missing" : `cannot be read (${code})`}`, { cause: error });
  }
}
