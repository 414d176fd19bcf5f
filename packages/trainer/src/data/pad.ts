import { END_ID } from "@s2s/runtime/parts";
import type { BatchTensor } from "../executor.ts";
import { roundUp } from "./examples.ts";
import type { Sequences } from "./sequences.ts";

/** Rows side by side, padded on the right: int32 [B, L]. */
export function padRows(rows: readonly ArrayLike<number>[], length: number, padding = 0): BatchTensor {
  const data = new Int32Array(rows.length * length).fill(padding);
  for (const [row, ids] of rows.entries()) data.set(ids, row * length);
  return { type: "int32", shape: [rows.length, length], data };
}

export const columnTensor = (values: readonly number[]): BatchTensor => ({
  type: "int32",
  shape: [values.length],
  data: Int32Array.from(values),
});

/** `source` and `source_lengths` of token sequences, each followed by `</s>`. */
export function sourceTensors(
  sequences: Sequences,
  indices: Uint32Array,
  bucket: number,
): Record<"source" | "source_lengths", BatchTensor> {
  const rows = Array.from(indices, (index) => [...sequences.get(index), END_ID]);
  const longest = rows.reduce((most, { length }) => Math.max(most, length), 0);
  return { source: padRows(rows, roundUp(longest, bucket)), source_lengths: columnTensor(rows.map(({ length }) => length)) };
}
