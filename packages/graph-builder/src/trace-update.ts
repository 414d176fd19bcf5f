import type { ParameterSpec } from "./init.ts";
import { type FloatType, Graph, type Value } from "./ir.ts";
import { add, cast } from "./ops/elementwise.ts";
import { type ClipOptions, type Optimizer, clipping, globalNorm } from "./optimizers.ts";
import { prune } from "./prune.ts";
import type { TracedGraph } from "./trace.ts";

export interface UpdateOptions extends ClipOptions {
  readonly optimizer: Optimizer;
}

/**
 * update.onnx: parameters, slots `<slot>/<parameter>` and gradients -> `next.<parameter>`, `next.<slot>/<parameter>` and the global
 * `gradient_norm` before clipping. With several shards the gradients `gradient.<shard>.<parameter>` are added first, in their order.
 */
export function traceUpdate(
  parameters: readonly ParameterSpec[],
  options: UpdateOptions,
  shards = 1,
  type: FloatType = "float32",
): TracedGraph {
  const graph = new Graph("update");
  const values = parameters.map(({ name, shape }) => graph.input(name, type, shape));
  const totals = parameters.map(({ name, shape }) => {
    const parts = Array.from({ length: shards }, (_, shard) =>
      graph.input(shards === 1 ? `gradient.${name}` : `gradient.${shard}.${name}`, type, shape),
    );
    return parts.reduce((a, b) => add(a, b));
  });
  appendUpdate(graph, parameters, values, totals, options, type);
  prune(graph);
  return { graph, parameters };
}

/** Appends clipping and the update rule, with their inputs (`learning_rate`, `step`, slots) and outputs, to a graph that has the gradients. */
export function appendUpdate(
  graph: Graph,
  parameters: readonly ParameterSpec[],
  values: readonly Value[],
  found: readonly Value[],
  { optimizer, ...clip }: UpdateOptions,
  type: FloatType,
): void {
  const learningRate = graph.input("learning_rate", type, []);
  const step = cast(graph.input("step", "int32", []), type);
  const norm = globalNorm(found);
  const clipped = clipping(norm, clip);
  const apply = optimizer.prepare({ learningRate, step });
  for (const [i, { name, shape }] of parameters.entries()) {
    const slots = optimizer.slots.map((slot) => graph.input(`${slot}/${name}`, type, shape));
    const next = apply(values[i], clipped(found[i]), slots);
    graph.output(`next.${name}`, next.parameter);
    for (const [k, slot] of optimizer.slots.entries()) graph.output(`next.${slot}/${name}`, next.slots[k]);
  }
  graph.output("gradient_norm", norm);
}
