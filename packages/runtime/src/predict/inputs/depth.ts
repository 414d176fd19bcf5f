import type { InputConfig } from "../../manifest.ts";

/** Lists in lists that one input of a kind is; what is no list but stands for some counts as many as `leaf`. */
const DEPTHS: Readonly<Record<InputConfig["kind"], { readonly one: number; readonly leaf: number }>> = {
  tokens: { one: 0, leaf: 0 },
  none: { one: 0, leaf: 0 },
  vector: { one: 1, leaf: 1 },
  // A row may be an object by column.
  vectors: { one: 2, leaf: 1 },
  image: { one: 3, leaf: 3 },
  frames: { one: 4, leaf: 3 },
};

/** Whether a value is a list of inputs, not one of them. */
export function isMany(kind: InputConfig["kind"], value: unknown): value is readonly unknown[] {
  if (!Array.isArray(value)) return false;
  const { one, leaf } = DEPTHS[kind];
  let depth = 0;
  let at: unknown = value;
  for (; Array.isArray(at); at = at[0]) depth += 1;
  // Of an empty list nobody knows what would have been in it.
  if (at === undefined) return depth === 1 || depth > one;
  return depth + (typeof at === "number" ? 0 : leaf) > one;
}
