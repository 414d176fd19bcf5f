import type { Graph, Node, Value } from "./ir.ts";

/** The body of a loop, or null. */
export const loopBody = (node: Node): Graph | null => (node.op === "Scan" ? (node.attributes.body as Graph) : null);

/** Values of outer graphs that a loop's body uses. */
export function captures(body: Graph): Set<Value> {
  const found = new Set<Value>();
  for (const node of body.nodes) {
    for (const value of operandsOf(node)) if (value.graph !== body && body.within(value.graph)) found.add(value);
  }
  return found;
}

/** What a node reads: its operands, and what the body of a loop takes from around it. */
export function operandsOf(node: Node): Value[] {
  const inputs = node.inputs.filter((input) => input !== null);
  const body = loopBody(node);
  return body ? [...inputs, ...captures(body)] : inputs;
}

/** Lets a node, and the body of a loop, read other values. */
export function redirect(node: Node, to: (value: Value) => Value): void {
  node.inputs = node.inputs.map((input) => input && to(input));
  for (const inner of loopBody(node)?.nodes ?? []) redirect(inner, to);
}
