import { Graph, type Node, type Value } from "./ir.ts";

/** The graphs that a node holds: a loop's body, the branches of a choice. */
export const subgraphs = (node: Node): Graph[] => Object.values(node.attributes).filter((held): held is Graph => held instanceof Graph);

/** Values of outer graphs that a node's subgraph uses. */
export function captures(inner: Graph): Set<Value> {
  const found = new Set<Value>();
  for (const node of inner.nodes) {
    for (const value of operandsOf(node)) if (value.graph !== inner && inner.within(value.graph)) found.add(value);
  }
  return found;
}

/** What a node reads: its operands, and what its subgraphs take from around it. */
export function operandsOf(node: Node): Value[] {
  const operands = node.inputs.filter((input) => input !== null);
  for (const inner of subgraphs(node)) operands.push(...captures(inner));
  return operands;
}

/** Lets a node, and its subgraphs, read other values. */
export function redirect(node: Node, to: (value: Value) => Value): void {
  node.inputs = node.inputs.map((input) => input && to(input));
  for (const { nodes } of subgraphs(node)) for (const inner of nodes) redirect(inner, to);
}
