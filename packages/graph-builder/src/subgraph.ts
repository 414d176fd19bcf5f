import { emit } from "./emit.ts";
import type { Graph, Value } from "./ir.ts";

/** An output of a loop's body or of a branch must be computed there, and each only once: a copy is made where it is not. */
export function subgraphOutput(graph: Graph, value: Value): void {
  const fresh = value.graph === graph && value.producer !== null && !graph.outputs.some((output) => output.value === value);
  const result = fresh ? value : emit("Identity", [value], {}, [{ type: value.type, shape: value.shape }], graph)[0];
  graph.outputs.push({ name: result.name, value: result, copyOf: value });
}
