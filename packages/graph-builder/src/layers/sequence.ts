import type { Value } from "../ir.ts";
import { add, cast, div, less, mul, sub, where } from "../ops/elementwise.ts";
import { gather, range } from "../ops/index-ops.ts";
import { reshape, transpose, unsqueeze } from "../ops/movement.ts";
import { reduceSum } from "../ops/reduce.ts";
import { product } from "../shape.ts";

/** For lengths [B] the column of each sequence in its batch: 0 .. B-1, int32. */
const columns = (lengths: Value): Value => range(lengths.graph, lengths.shape[0]);

/** The rows x[t, b] of x [T, B, ...] for integer steps t [..., B] -> [..., B, ...]. */
function atSteps(x: Value, steps: Value, lengths: Value): Value {
  const [t, b] = x.shape;
  const rows = reshape(x, [product([t, b]), ...x.shape.slice(2)]);
  return gather(rows, add(mul(steps, batchSize(lengths)), columns(lengths)));
}

function batchSize(lengths: Value): Value {
  const size = lengths.shape[0];
  if (typeof size === "number") return lengths.graph.constant("int32", [], [size]);
  // One more than the last column.
  return add(gather(columns(lengths), lengths.graph.constant("int64", [], [-1])), 1);
}

/** Each sequence's own last element: x [T, B, ...], lengths [B] int32 -> [B, ...]. What follows it is padding and is not looked at. */
export const lastStep = (x: Value, lengths: Value): Value => atSteps(x, sub(lengths, 1), lengths);

/**
 * Each sequence in reverse by its own length, padding left where it is: x [T, B, ...], lengths [B] int32 -> [T, B, ...].
 * Of embedded tokens the ids are reversed.
 */
export function reverseByLength(x: Value, lengths: Value): Value {
  const lookup =
    x.producer?.op === "Gather" && x.producer.attributes.axis === 0 && x.producer.inputs[1]!.shape.length === 2 ? x.producer : null;
  if (lookup) return gather(lookup.inputs[0]!, reverseByLength(lookup.inputs[1]!, lengths));
  const step = unsqueeze(range(lengths.graph, x.shape[0]), 1);
  const mirrored = sub(sub(lengths, 1), step);
  return atSteps(x, where(less(step, lengths), mirrored, step), lengths);
}

/** [B, T] -> [T, B] and back. */
export const swapBatchAndTime = (x: Value): Value => transpose(x, [1, 0, ...[...x.shape.keys()].slice(2)]);

/** 1 at the steps that sequences x [T, B, ...] with lengths [B] have, 0 at their padding: [T, B], in x's element type. */
export const realSteps = (x: Value, lengths: Value): Value => cast(less(unsqueeze(range(lengths.graph, x.shape[0]), 1), lengths), x.type);

/** The mean of each sequence's own steps: x [T, B, W], lengths [B] int32 -> [B, W]. Padding counts for nothing. */
export const meanStep = (x: Value, lengths: Value): Value =>
  div(reduceSum(mul(x, unsqueeze(realSteps(x, lengths), 2)), [0]), unsqueeze(cast(lengths, x.type), 1));
