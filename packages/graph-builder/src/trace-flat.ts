import { type FloatType, Graph, type Value } from "./ir.ts";
import { add, cast } from "./ops/elementwise.ts";
import { reduceSum, reduceSumSquare } from "./ops/reduce.ts";
import { clipping } from "./optimizers.ts";
import { prune } from "./prune.ts";
import { scan } from "./scan.ts";
import type { UpdateOptions } from "./trace-update.ts";

/**
 * The update of update.onnx on parameters laid side by side in rows [K, C], so that threads can share the rows among them. A row's work
 * stays in a core's cache, where on whole tensors each of the dozen elementwise operators would go through memory.
 */
export interface FlatUpdate {
  /** `gradient.<shard>` [K, C] of each shard -> `squares` [], of their sum: what clipping waits for. */
  readonly squares: Graph;
  /**
   * `weights`, `gradient.<shard>`, `<slot>` [K, C] -> `next.weights`, `next.<slot>`. With clipping by norm it takes the `norm` [] of the whole
   * gradient; without, it needs none and gives the `squares` [] of these rows beside.
   */
  readonly apply: Graph;
}

/** @param row - C, numbers in a row */
export function traceFlatUpdate(
  { optimizer, ...clip }: UpdateOptions,
  shards: number,
  row: number,
  type: FloatType = "float32",
): FlatUpdate {
  const rows = (graph: Graph, name: string): Value => graph.input(name, type, ["K", row]);
  const gradientsOf = (graph: Graph): Value[] => Array.from({ length: shards }, (_, shard) => rows(graph, `gradient.${shard}`));
  const total = (parts: readonly Value[]): Value => parts.reduce((a, b) => add(a, b));
  const options = { hoist: false, name: "rows" };

  const squares = new Graph("squares");
  const parts = scan((_states, shares) => ({ states: [], outputs: [reduceSumSquare(total(shares))] }), [], gradientsOf(squares), options);
  squares.output("squares", reduceSum(parts.outputs[0]));
  prune(squares);

  const apply = new Graph("apply");
  const weights = rows(apply, "weights");
  const gradients = gradientsOf(apply);
  const slots = optimizer.slots.map((slot) => rows(apply, slot));
  const norm = (clip.clipNorm ?? 0) > 0 ? apply.input("norm", type, []) : null;
  const clipped = clipping(norm, clip);
  const update = optimizer.prepare({
    learningRate: apply.input("learning_rate", type, []),
    step: cast(apply.input("step", "int32", []), type),
  });
  const next = scan(
    (_states, [w, ...others]) => {
      const gradient = total(others.slice(0, shards));
      const done = update(w, clipped(gradient), others.slice(shards));
      return { states: [], outputs: [done.parameter, ...done.slots, ...(norm ? [] : [reduceSumSquare(gradient)])] };
    },
    [],
    [weights, ...gradients, ...slots],
    options,
  ).outputs;
  for (const [i, name] of ["weights", ...optimizer.slots].entries()) apply.output(`next.${name}`, next[i]);
  if (!norm) apply.output("squares", reduceSum(next.at(-1)!));
  prune(apply);
  return { squares, apply };
}
