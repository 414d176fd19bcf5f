import { emitOne } from "../emit.ts";
import type { FloatType, Graph, Value } from "../ir.ts";
import { add, bitwiseXor, cast, greaterOrEqual, mul, shiftRight } from "../ops/elementwise.ts";
import { range } from "../ops/index-ops.ts";
import { reshape } from "../ops/movement.ts";
import type { DropoutOptions, Scope } from "../scope.ts";
import { type Shape, product } from "../shape.ts";

/**
 * Inverted dropout (Srivastava et al. 2014): y = x m / (1 - rate), m 0 with probability `rate`, else 1.
 * Without a seed in the scope (evaluation, inference), or with rate 0, y is x.
 */
export function dropout(scope: Scope, x: Value): Value {
  const mask = dropoutMask(scope, x.graph, x.type as FloatType, x.shape);
  return mask ? mul(x, mask) : x;
}

/**
 * What dropout multiplies with: 0 with probability `rate`, else 1 / (1 - rate); null where nothing is dropped.
 * It is a hash of (seed, place in the model, position): no random operator, whose numbers would differ from runtime to runtime.
 */
export function dropoutMask(
  scope: Scope,
  graph: Graph,
  type: FloatType,
  shape: Shape,
  options: DropoutOptions | undefined = scope.options.dropout,
): Value | null {
  if (!options || options.rate === 0) return null;
  const bits = reshape(hash(add(options.seed, scope.key), range(graph, product(shape))), shape);
  const keep = cast(greaterOrEqual(bits, Math.round(options.rate * 2 ** 24)), type);
  return mul(keep, 1 / (1 - options.rate));
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
