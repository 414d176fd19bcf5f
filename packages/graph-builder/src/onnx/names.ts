import type { Graph, Value } from "../ir.ts";
import { subgraphs } from "../walk.ts";

/**
 * Names of a model's values. An output of the graph is written under its own name by the node that computes it, where that is possible;
 * any other value that had this name by chance gets another.
 */
export class Names {
  readonly #names = new Map<Value, string>();
  readonly #copied: { readonly name: string; readonly value: Value }[] = [];

  constructor(root: Graph) {
    const reserved = new Set(root.outputs.map(({ name }) => name));
    const settled = new Set<Value>();
    for (const { name, value } of root.outputs) {
      if (value.name === name) settled.add(value);
      else if (value.producer === null || value.graph !== root || this.#names.has(value)) this.#copied.push({ name, value });
      else this.#names.set(value, name);
    }
    const values = [...computed(root)];
    const taken = new Set(
      [...reserved, ...root.inputs, ...root.initializers.values(), ...values].map((item) => (typeof item === "string" ? item : item.name)),
    );
    for (const value of values) {
      if (!reserved.has(value.name) || settled.has(value) || this.#names.has(value)) continue;
      let free = 1;
      while (taken.has(`${value.name}.${free}`)) free += 1;
      taken.add(`${value.name}.${free}`);
      this.#names.set(value, `${value.name}.${free}`);
    }
  }

  of(value: Value): string {
    return this.#names.get(value) ?? value.name;
  }

  /** Outputs whose value keeps another name (an input, a value given out twice): they take a copying node. */
  get copied(): readonly { readonly name: string; readonly value: Value }[] {
    return this.#copied;
  }
}

/** Values of nodes and their subgraphs. */
function* computed(graph: Graph): Generator<Value> {
  if (graph.parent) yield* graph.inputs;
  for (const node of graph.nodes) {
    yield* node.outputs;
    for (const inner of subgraphs(node)) yield* computed(inner);
  }
}
