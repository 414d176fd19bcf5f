import type { Value } from "../ir.ts";
import { add } from "../ops/elementwise.ts";
import { gather } from "../ops/index-ops.ts";
import { matmul } from "../ops/matmul.ts";
import type { Scope } from "../scope.ts";

/** The vectors of tokens. Parameter: w [size, width], from a normal distribution. */
export const embeddingTable = (scope: Scope, size: number, width: number, deviation = 1): Value =>
  scope.parameter("w", [size, width], { kind: "normal", deviation });

/** Of a table that logits are read out with too: products of normal vectors of E numbers are then as large as one number, and first losses log V. */
export const readoutDeviation = (width: number): number => 1 / Math.sqrt(width);

/** y = E[ids]: ids [...] integers below `size` -> y [..., width]. Parameter: w [size, width]. */
export function embedding(scope: Scope, size: number, width: number, deviation = 1): (ids: Value) => Value {
  const w = embeddingTable(scope, size, width, deviation);
  return (ids) => gather(w, ids);
}

/** Most numbers that a multiplied-out table may have in a stored model. */
const MAX_TABLE = 2_000_000;

const made = new WeakMap<Value, { readonly of: readonly Value[]; readonly result: Value }>();

/** How a product x W and a bias are joined, row by row; one for each bias. */
type Join = (product: Value, b: Value) => Value;

/** E W + b, made once: every place that looks rows up takes the same table. */
function multipliedOut(table: Value, w: Value, b: Value, join: Join): Value {
  const known = made.get(b);
  if (known && known.of[0] === table && known.of[1] === w) return known.result;
  const result = join(matmul(table, w), b);
  made.set(b, { of: [table, w], result });
  return result;
}

/**
 * y = x W + b, or x W and b joined otherwise: x [..., K], w [K, N] -> y [..., N].
 * Where x is rows of an embedding E, (E W + b)[ids] is the same: it is taken where the vocabulary is smaller than the number of rows
 * (training), or where the table is small enough to be multiplied out once, when the model is loaded (inference).
 */
export function project(scope: Scope, x: Value, w: Value, b: Value, join: Join = add): Value {
  const lookup = x.producer?.op === "Gather" && x.producer.attributes.axis === 0 ? x.producer : null;
  if (lookup) {
    const [table, ids] = lookup.inputs as [Value, Value];
    const [rows] = table.shape;
    const { parameters, tokens = 0 } = scope.options;
    const cheaper =
      typeof rows === "number" &&
      table.shape.length === 2 &&
      (parameters === "inputs" ? rows < tokens : rows * (w.shape[1] as number) <= MAX_TABLE);
    if (cheaper) return gather(multipliedOut(table, w, b, join), ids);
  }
  return join(matmul(x, w), b);
}
