import { parseTokenizer, UserError } from "@s2s/runtime";
import type { ModelConfig } from "@s2s/runtime/manifest";
import type { Config } from "./config.ts";
import { readWordVectors } from "./pretrained.ts";
import type { TaskData } from "./tasks/task.ts";

/** Rows that some parameters start with, by the parameters' names and the rows' indices. */
export type FirstRows = ReadonlyMap<string, ReadonlyMap<number, Float32Array>>;

/** What came of a file of word vectors. */
export interface PretrainedReport {
  readonly side: "source" | "target";
  readonly file: string;
  /** Tokens whose embedding starts with a vector of the file. */
  readonly found: number;
  readonly missing: number;
  readonly repeated: number;
}

type Side = PretrainedReport["side"];

/**
 * Reads the word vectors that a configuration gives to the embeddings.
 * @throws UserError where a side has no embedding of its own, and as `readWordVectors`
 */
export async function firstRows(config: Config, { model, manifest, files }: Pick<TaskData, "model" | "manifest" | "files">) {
  const rows = new Map<string, ReadonlyMap<number, Float32Array>>();
  const reports: PretrainedReport[] = [];
  for (const side of ["source", "target"] as const) {
    const file = config[side].pretrained;
    if (file === undefined) continue;
    const info = manifest[side];
    const table = embeddingOf(model, side);
    if (info === undefined || table === null) {
      throw new UserError(`${side}.pretrained: the ${side} has no embedding of its own in this model; leave it out`);
    }
    const { tokens } = parseTokenizer(files[info.file]!, info.tokens, info.file);
    const found = await readWordVectors(file, tokens, table.width);
    rows.set(table.name, found.rows);
    reports.push({ side, file, found: found.rows.size, missing: found.missing, repeated: found.repeated });
  }
  return { rows: rows as FirstRows, reports };
}

function embeddingOf({ input, output }: ModelConfig, side: Side): { readonly name: string; readonly width: number } | null {
  if (side === "source") return input.kind === "tokens" ? { name: "encoder.embedding.w", width: input.embedding } : null;
  return output.kind === "tokens" && !output.shared ? { name: "decoder.embedding.w", width: output.embedding } : null;
}
