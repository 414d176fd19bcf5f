import { emitOne } from "../emit.ts";
import type { Value } from "../ir.ts";
import { add, bitwiseXor, cast, greaterOrEqual, mul, shiftRight } from "../ops/elementwise.ts";
import { range } from "../ops/index-ops.ts";
import { reshape } from "../ops/movement.ts";
import type { Scope } from "../scope.ts";
import { product } from "../shape.ts";

/**
 * Inverted dropout (Srivastava et al. 2014): y = x m / (1 - rate), m 0 with probability `rate`, else 1.
 * The mask is a hash of (seed, place in the model, position): no random operator, whose numbers would differ from runtime to runtime.
 * Without a seed in the scope (evaluation, inference), or with rate 0, y is x.
 */
export function dropout(scope: Scope, x: Value): Value {
  const { dropout: options } = scope.options;
  if (!options || options.rate === 0) return x;
  const bits = reshape(hash(add(options.seed, scope.key), range(x.graph, product(x.shape))), x.shape);
  const keep = cast(greaterOrEqual(bits, Math.round(options.rate * 2 ** 24)), x.type);
  return mul(x, mul(keep, 1 / (1 - options.rate)));
}

/** 24 bits of every index [N], in [0, 2^24): Murmur3's finaliser, int32 products and unsigned shifts. */
function hash(seed: Value, index: Value): Value {
  const fold = (x: Value, bits: number): Value => {
    const unsigned = emitOne("Cast", [x], { to: "uint32" }, "uint32", x.shape);
    return bitwiseXor(x, emitOne("Cast", [shiftRight(unsigned, bits)], { to: "int32" }, "int32", x.shape));
  };
  let x = fold(add(mul(index, 0x9e3779b1 | 0), seed), 16);
  x = fold(mul(x, 0x85ebca6b | 0), 13);
  x = mul(x, 0xc2b2ae35 | 0);
  const unsigned = emitOne("Cast", [x], { to: "uint32" }, "uint32", x.shape);
  return emitOne("Cast", [shiftRight(unsigned, 8)], { to: "int32" }, "int32", x.shape);
}
