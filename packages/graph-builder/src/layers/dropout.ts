import { hash } from "../hash.ts";
import type { FloatType, Graph, Value } from "../ir.ts";
import { add, cast, greaterOrEqual, mul } from "../ops/elementwise.ts";
import { range } from "../ops/index-ops.ts";
import { reshape } from "../ops/movement.ts";
import type { DropoutOptions, Scope } from "../scope.ts";
import { type Shape, product } from "../shape.ts";

/** Of the hash: float32 holds them exactly. */
const BITS = 24;

/**
 * Inverted dropout (Srivastava et al. 2014): y = x m / (1 - rate), m 0 with probability `rate`, else 1.
 * Without a seed in the scope (evaluation, inference), or with rate 0, y is x.
 */
export function dropout(scope: Scope, x: Value, options: DropoutOptions | undefined = scope.options.dropout): Value {
  const mask = dropoutMask(scope, x.graph, x.type as FloatType, x.shape, options);
  return mask ? mul(x, mask) : x;
}

/** Dropout of embedded tokens, which has a rate of its own where the scope gives one. */
export const embeddingDropout = (scope: Scope, x: Value): Value =>
  dropout(scope, x, scope.options.embeddingDropout ?? scope.options.dropout);

/**
 * What dropout multiplies with: 0 with probability `rate`, else 1 / (1 - rate); null where nothing is dropped.
 * It is a hash of (seed, place in the model, position): no random operator, whose numbers would differ from runtime to runtime.
 */
export function dropoutMask(scope: Scope, graph: Graph, type: FloatType, shape: Shape, options: DropoutOptions | undefined): Value | null {
  if (!options || options.rate === 0) return null;
  return mul(cast(kept(scope, graph, shape, options), type), 1 / (1 - options.rate));
}

/** Booleans of a shape, false with probability `rate`. */
export function kept(scope: Scope, graph: Graph, shape: Shape, { rate, seed }: DropoutOptions): Value {
  const bits = reshape(hash(add(seed, scope.key), range(graph, product(shape)), BITS), shape);
  return greaterOrEqual(bits, Math.round(rate * 2 ** BITS));
}
