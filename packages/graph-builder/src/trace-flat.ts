import { type FloatType, Graph, type Value } from "./ir.ts";
import { add, cast, mul, sqrt } from "./ops/elementwise.ts";
import { reshape } from "./ops/movement.ts";
import { reduceSum, reduceSumSquare } from "./ops/reduce.ts";
import { clipFactor } from "./optimizers.ts";
import { prune } from "./prune.ts";
import { scan } from "./scan.ts";
import type { UpdateOptions } from "./trace.ts";

/**
 * The update of update.onnx on parameters laid side by side in rows [K, C], in two graphs, so that threads can share the rows among
 * them: all wait for the norm of the whole gradient, and nothing else. A row's work stays in a core's cache, where on whole
 * tensors each of the dozen elementwise operators would go through memory.
 */
export interface FlatUpdate {
  /** `gradient.<shard>` [K, C] of each shard -> their sum `gradient` [K, C] and its `squares` []. */
  readonly reduce: Graph;
  /** `weights`, `gradient`, `<slot>` [K, C], the whole gradient's `squares` -> `next.weights`, `next.<slot>`, `gradient_norm`. */
  readonly apply: Graph;
}

/** @param row - C, numbers in a row */
export function traceFlatUpdate(
  { optimizer, clipNorm = 0 }: UpdateOptions,
  shards: number,
  row: number,
  type: FloatType = "float32",
): FlatUpdate {
  const reduce = new Graph("reduce");
  const parts = Array.from({ length: shards }, (_, shard) => reduce.input(`gradient.${shard}`, type, ["K", row]));
  const sums = scan(
    (_states, shares) => {
      const total = shares.reduce((a, b) => add(a, b));
      return { states: [], outputs: [reduceSumSquare(total), total] };
    },
    [],
    parts,
    { hoist: false, name: "rows" },
  ).outputs;
  reduce.output("squares", reduceSum(sums[0]));
  if (shards > 1) reduce.output("gradient", sums[1]);
  prune(reduce);

  const apply = new Graph("apply");
  const values = ["weights", "gradient", ...optimizer.slots].map((name) => apply.input(name, type, ["K", row]));
  const norm = sqrt(apply.input("squares", type, []));
  const factor = clipNorm > 0 ? clipFactor(norm, clipNorm) : null;
  const scalars = { learningRate: apply.input("learning_rate", type, []), step: cast(apply.input("step", "int32", []), type) };
  const update = optimizer.prepare(scalars);
  const next = scan(
    (_states, [weights, gradient, ...slots]: Value[]) => {
      const done = update(weights, factor ? mul(gradient, factor) : gradient, slots);
      return { states: [], outputs: [done.parameter, ...done.slots] };
    },
    [],
    values,
    { hoist: false, name: "rows" },
  ).outputs;
  for (const [i, name] of ["weights", ...optimizer.slots].entries()) apply.output(`next.${name}`, next[i]);
  apply.output("gradient_norm", reshape(norm, []));
  prune(apply);
  return { reduce, apply };
}
