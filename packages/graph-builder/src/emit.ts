import type { ElementType, Graph, Node, Value } from "./ir.ts";
import { type Attributes, type Operator, type OperatorSpec, operators } from "./operators.ts";
import { type Shape, ShapeError } from "./shape.ts";

export interface OutputSpec {
  readonly type: ElementType;
  readonly shape: Shape;
}

/** The innermost graph among those of the operands. */
export function innermost(values: readonly (Value | null)[], what: string): Graph {
  let graph: Graph | null = null;
  for (const value of values) {
    if (!value) continue;
    if (graph === null || value.graph.depth > graph.depth) graph = value.graph;
  }
  if (graph === null) throw new ShapeError(`${what}: no operand`);
  for (const value of values) {
    if (value && !graph.within(value.graph)) throw new ShapeError(`${what}: ${value.name} belongs to another graph, ${value.graph.name}`);
  }
  return graph;
}

/** Whether a value is known when the model is loaded: computed from constants and stored parameters alone. */
const isStored = ({ graph, producer, name }: Value): boolean =>
  graph.parent === null && (producer ? producer.inputs.every((input) => input === null || isStored(input)) : graph.initializers.has(name));

/**
 * Where a node goes: the innermost graph among those of its operands, but not out of a branch that is being traced, which would then be
 * computed whether it is taken or not. What is known when the model is loaded goes outside all the same: it is computed once.
 */
export function placeOf(values: readonly (Value | null)[], what: string): Graph {
  const graph = innermost(values, what);
  const { branch } = graph.root;
  const outside = branch !== null && graph !== branch && branch.within(graph);
  return outside && !values.every((value) => value === null || isStored(value)) ? branch : graph;
}

/** Appends a node to the graph that `placeOf` its operands gives: the one way by which nodes come to be. */
export function emit<O extends Operator>(
  op: O,
  inputs: readonly (Value | null)[],
  attributes: Attributes<O>,
  outputs: readonly OutputSpec[],
  graph: Graph = placeOf(inputs, op),
): Value[] {
  const spec: OperatorSpec = operators[op];
  if (inputs.length < spec.inputs[0] || inputs.length > spec.inputs[1])
    throw new ShapeError(`${op}: takes ${spec.inputs.join("..")} operands, given ${inputs.length}`);
  if (outputs.length < spec.outputs[0] || outputs.length > spec.outputs[1])
    throw new ShapeError(`${op}: has ${spec.outputs.join("..")} outputs, asked for ${outputs.length}`);
  const values: Value[] = [];
  const node: Node = { op, inputs, outputs: values, attributes: attributes as Node["attributes"] };
  for (const { type, shape } of outputs) {
    values.push({ name: graph.uniqueName(op.toLowerCase()), type, shape, graph, producer: node });
  }
  graph.nodes.push(node);
  return values;
}

/** `emit` for an operator with a single output. */
export function emitOne<O extends Operator>(
  op: O,
  inputs: readonly (Value | null)[],
  attributes: Attributes<O>,
  type: ElementType,
  shape: Shape,
): Value {
  return emit(op, inputs, attributes, [{ type, shape }])[0];
}
