import type { ProbeSource, TensorWork } from "../workload.ts";

/** Rows side by side, padded on the right: [B, S, ...shape]. */
export function padRows(
  rows: readonly ArrayLike<number>[],
  { type, shape = [], filler = 0 }: { readonly type: TensorWork["type"]; readonly shape?: readonly number[]; readonly filler?: number },
): TensorWork {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const longest = rows.reduce((most, { length }) => Math.max(most, length), 0);
  const data = new (type === "int32" ? Int32Array : Float32Array)(rows.length * longest).fill(filler);
  for (const [row, own] of rows.entries()) data.set(own, row * longest);
  return { type, shape: [rows.length, longest / size, ...shape], data };
}

export const column = (values: readonly number[]): TensorWork => ({
  type: "int32",
  shape: [values.length],
  data: Int32Array.from(values),
});

/** Sources as a training graph takes them. */
export function sourceBatch(sources: readonly ProbeSource[]): Record<string, TensorWork> {
  const [first] = sources;
  if (!("data" in first)) {
    const ids = sources as readonly (readonly number[])[];
    if (first.length === 0) return {};
    return { source: padRows(ids, { type: "int32" }), source_lengths: column(ids.map(({ length }) => length)) };
  }
  const { shape, sequence } = first;
  const rows = sources.map((source) => ("data" in source ? source.data : new Float32Array()));
  const padded = padRows(rows, { type: "float32", shape });
  if (!sequence) return { source: { ...padded, shape: [sources.length, ...shape] } };
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return { source: padded, source_lengths: column(rows.map(({ length }) => length / size)) };
}
