import type { InputConfig } from "../../manifest.ts";

/** Lists in lists that one input of a kind is. */
const DEPTHS: Readonly<Record<InputConfig["kind"], number>> = { tokens: 0, none: 0, vector: 1, vectors: 2, image: 3, frames: 4 };

/** Whether a value is a list of inputs, not one of them. */
export function isMany(kind: InputConfig["kind"], value: unknown): value is readonly unknown[] {
  if (!Array.isArray(value)) return false;
  const one = DEPTHS[kind];
  let depth = 0;
  let at: unknown = value;
  for (; Array.isArray(at); at = at[0]) depth += 1;
  // Of an empty list nobody knows what would have been in it.
  if (at === undefined) return depth === 1 || depth > one;
  // A picture that is no list has the depth of one that is; so has a row that is an object by column.
  if (typeof at !== "number") depth += one > 2 ? 3 : Math.min(one, 1);
  return depth > one;
}
