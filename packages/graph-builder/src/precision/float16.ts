import type { Graph, Value } from "../ir.ts";
import { cast } from "../ops/elementwise.ts";
import { inFront, replaceValues } from "./rewrite.ts";

/**
 * Lets a graph read parameters that are stored in half precision. Each is cast to the type that the graph computes in, which ONNX Runtime does
 * once, when it loads the graph: from there on it is the same graph with rounded weights.
 */
export function toFloat16(graph: Graph): void {
  const loaded = new Map<Value, Value>();
  inFront(graph, () => {
    for (const [name, value] of graph.initializers) {
      if (value.constant) continue;
      const stored: Value = { ...value, type: "float16" };
      graph.initializers.set(name, stored);
      loaded.set(value, cast(stored, value.type));
    }
  });
  replaceValues(graph, loaded);
}
