import { UserError } from "@s2s/runtime";
import type { Config } from "../config.ts";
import { columnOf, readRows } from "./rows.ts";
import type { SourceKind } from "./sources/index.ts";

/** An example as it stands in a file. */
export interface RawExample {
  /** A text, a path, or nested lists of numbers. */
  readonly source: unknown;
  readonly target: string;
  /** `file:line` */
  readonly where: string;
  /** What its source was cut from, where it was. */
  readonly whole?: string;
}

/**
 * The examples of a file: tab-separated lines where sources are texts or paths of images, else lines of JSON, {"source": ..., "target": "..."}.
 * @throws UserError with `file:line` for a line that is none
 */
export async function* readRawExamples(
  file: string,
  kind: SourceKind,
  { sourceColumn, targetColumn, limit }: Config["data"],
): AsyncGenerator<RawExample, void, undefined> {
  const inColumns = kind === "text" || kind === "image";
  for await (const row of readRows(file, limit)) {
    if (inColumns) {
      yield {
        source: columnOf(row, sourceColumn, kind === "text" ? "source" : "image", "data.sourceColumn"),
        target: columnOf(row, targetColumn, "target", "data.targetColumn"),
        where: row.where,
      };
    } else yield { ...parseLine(row.columns.join("\t"), row.where), where: row.where };
  }
}

function parseLine(line: string, where: string): Omit<RawExample, "where"> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new UserError(`${where}: is no JSON: each line is an object {"source": ..., "target": "..."}`);
  }
  const { source, target } = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  if (source === undefined) throw new UserError(`${where}: has no "source": each line is an object {"source": ..., "target": "..."}`);
  if (typeof target !== "string" || target === "") throw new UserError(`${where}: "target" must be a text that is not empty`);
  return { source, target: target.normalize("NFC") };
}
