import type { Value } from "./ir.ts";
import { add, bitwiseXor, cast, mul, shiftRight } from "./ops/elementwise.ts";

/**
 * A counter-based generator: `bits` bits of every index [N], int32 in [0, 2^bits), by Murmur3's finaliser (Appleby 2011). Its last step is left
 * out, which changes the lower half of the 32 bits alone: take the upper ones, 24 at most.
 * No random operator: the numbers are the same in every runtime, and a function of seed [] and index alone.
 */
export function hash(seed: Value, index: Value, bits: number): Value {
  const unsigned = (x: Value, shift: number): Value => cast(shiftRight(cast(x, "uint32"), shift), "int32");
  const fold = (x: Value, shift: number): Value => bitwiseXor(x, unsigned(x, shift));
  let x = fold(add(mul(index, 0x9e3779b1 | 0), seed), 16);
  x = fold(mul(x, 0x85ebca6b | 0), 13);
  return unsigned(mul(x, 0xc2b2ae35 | 0), 32 - bits);
}
