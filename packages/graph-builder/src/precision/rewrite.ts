import type { Graph, Node, Value } from "../ir.ts";
import { subgraphs } from "../walk.ts";

/** A node with those inside of it. */
function* allNodes(graph: Graph): Generator<Node> {
  for (const node of graph.nodes) {
    yield node;
    for (const inner of subgraphs(node)) yield* allNodes(inner);
  }
}

/** Every node of a graph, those of loops' bodies included, with the places at which it reads a value. */
export function usesOf(graph: Graph): Map<Value, { readonly node: Node; readonly operand: number }[]> {
  const uses = new Map<Value, { node: Node; operand: number }[]>();
  for (const node of allNodes(graph)) {
    for (const [operand, value] of node.inputs.entries()) {
      if (value) uses.set(value, [...(uses.get(value) ?? []), { node, operand }]);
    }
  }
  return uses;
}

/** Adds nodes before those that the graph has, so that all of these may read what they give. */
export function inFront<T>(graph: Graph, make: () => T): T {
  const { nodes } = graph;
  graph.nodes = [];
  try {
    return make();
  } finally {
    graph.nodes.push(...nodes);
  }
}

/** Lets everything in a graph, and its own outputs, read other values. */
export function replaceValues(graph: Graph, replaced: ReadonlyMap<Value, Value>): void {
  const now = (value: Value): Value => replaced.get(value) ?? value;
  for (const node of allNodes(graph)) node.inputs = node.inputs.map((input) => input && now(input));
  for (const [i, { name, value }] of graph.outputs.entries()) graph.outputs[i] = { name, value: now(value) };
}

/**
 * Goes through a graph and the bodies in it in order. Where `replace` returns a value, for which it may add nodes, that value stands for the
 * node's only output from there on.
 */
export function rewriteNodes(graph: Graph, replace: (node: Node) => Value | null, replaced = new Map<Value, Value>()): void {
  const { nodes } = graph;
  graph.nodes = [];
  for (const node of nodes) {
    node.inputs = node.inputs.map((input) => input && (replaced.get(input) ?? input));
    for (const inner of subgraphs(node)) rewriteNodes(inner, replace, replaced);
    const value = replace(node);
    if (value) replaced.set(node.outputs[0], value);
    else graph.nodes.push(node);
  }
  for (const [i, output] of graph.outputs.entries()) graph.outputs[i] = { ...output, value: replaced.get(output.value) ?? output.value };
}
