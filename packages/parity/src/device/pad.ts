import { PAD_ID } from "@s2s/runtime/parts";
import { Tensor } from "@s2s/runtime/ort";

/** Rows of ids side by side, padded on the right: [B, S] int32. */
export function padded(rows: readonly (readonly number[])[]): Tensor {
  const longest = rows.reduce((most, { length }) => Math.max(most, length), 0);
  const ids = rows.flatMap((row) => [...row, ...Array<number>(longest - row.length).fill(PAD_ID)]);
  return new Tensor("int32", Int32Array.from(ids), [rows.length, longest]);
}

/** [B] int32. */
export const lengthsOf = (rows: readonly (readonly number[])[]): Tensor =>
  new Tensor(
    "int32",
    Int32Array.from(rows, ({ length }) => length),
    [rows.length],
  );

export const int32 = (value: number): Tensor => new Tensor("int32", Int32Array.of(value), []);
export const float32 = (value: number): Tensor => new Tensor("float32", Float32Array.of(value), []);
