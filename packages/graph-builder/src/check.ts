import { type Graph, type Node, type Value, valueText } from "./ir.ts";
import { type OperatorSpec, operators } from "./operators.ts";
import { type LoopForm, loopForm } from "./loop-form.ts";
import { type Shape, sameShape, shapeText } from "./shape.ts";
import { subgraphs } from "./walk.ts";

/** A graph that no sequence of operators builds: the fault of whoever put its nodes together. */
export class GraphError extends Error {
  override readonly name = "GraphError";
}

/**
 * Whether a graph is whole: nodes in topological order, operands that can be seen from where they are used, names that nothing else has,
 * loops that fit their bodies, choices that fit their branches, outputs that are computed. Throws a GraphError that names the graph, the node and what is wrong.
 */
export function checkGraph(graph: Graph): void {
  const names = new Map<string, Value>();
  const seen = new Set<Value>();
  for (const value of [...graph.inputs, ...graph.initializers.values()]) introduce(graph, value, seen, names);
  for (const [name, value] of graph.initializers) checkInitializer(graph, name, value);
  checkNodes(graph, seen, names);
  const outputs = new Set<string>();
  for (const { name, value } of graph.outputs) {
    if (!seen.has(value) || value.graph !== graph) fail(graph, `output ${name}: ${valueText(value)} is not computed here`);
    const other = names.get(name);
    if (outputs.has(name)) fail(graph, `two outputs are called ${name}`);
    if (other && other !== value && other.producer === null) fail(graph, `output ${name}: an input or a parameter has this name`);
    outputs.add(name);
  }
}

function fail(graph: Graph, text: string): never {
  throw new GraphError(`graph ${graph.name}: ${text}`);
}

function introduce(graph: Graph, value: Value, seen: Set<Value>, names: Map<string, Value>): void {
  if (value.graph !== graph) fail(graph, `${value.name} belongs to graph ${value.graph.name}`);
  if (names.has(value.name)) fail(graph, `two values are called ${value.name}`);
  names.set(value.name, value);
  seen.add(value);
}

function checkInitializer(graph: Graph, name: string, value: Value): void {
  if (name !== value.name) fail(graph, `${value.name} is stored as ${name}`);
  const size = value.shape.reduce<number>((a, b) => a * Number(b), 1);
  if (Number.isNaN(size)) fail(graph, `${valueText(value)} is stored, its sizes must be numbers`);
  if (value.constant && value.constant.length !== size) fail(graph, `${valueText(value)} holds ${value.constant.length} numbers`);
}

/** `seen` are the values that exist when a node is reached, those of graphs around this one included. */
function checkNodes(graph: Graph, seen: Set<Value>, names: Map<string, Value>): void {
  for (const node of graph.nodes) {
    const text = nodeText(node);
    const { inputs, outputs, attributes }: OperatorSpec = operators[node.op];
    for (const [what, count, [least, most]] of [
      ["operands", node.inputs.length, inputs],
      ["outputs", node.outputs.length, outputs],
    ] as const) {
      if (count < least || count > most) fail(graph, `${text} has ${count} ${what}`);
    }
    for (const name of Object.keys(node.attributes)) if (!Object.hasOwn(attributes, name)) fail(graph, `${text} has no attribute ${name}`);
    for (const input of node.inputs) {
      if (!input || seen.has(input)) continue;
      fail(
        graph,
        graph.within(input.graph)
          ? `${text} reads ${input.name} before it is computed`
          : `${text} reads ${input.name} of graph ${input.graph.name}, which it cannot see`,
      );
    }
    const loop = loopForm(node);
    if (loop) checkLoop(graph, node, loop, seen, names);
    else checkBranches(graph, node, seen, names);
    for (const output of node.outputs) {
      if (output.producer !== node) fail(graph, `${text} is not the producer of its output ${output.name}`);
      introduce(graph, output, seen, names);
    }
  }
}

const nodeText = (node: Node): string => `${node.op} (${node.outputs[0]?.name ?? "no output"})`;

/** The nodes and outputs of a loop's body or of a branch, which sees what is around it. Returns the outputs. */
function checkSubgraph(graph: Graph, node: Node, inner: Graph, seen: ReadonlySet<Value>, names: Map<string, Value>): Value[] {
  if (inner.parent !== graph) fail(graph, `${nodeText(node)} has a body of another graph, ${inner.parent?.name ?? "none"}`);
  const inside = new Set(seen);
  for (const input of inner.inputs) introduce(inner, input, inside, names);
  checkNodes(inner, inside, names);
  const given = new Set<Value>();
  for (const { value } of inner.outputs) {
    if (value.graph !== inner || value.producer === null || !inside.has(value))
      fail(inner, `output ${valueText(value)} is not computed by a node of the body`);
    if (given.has(value)) fail(inner, `${valueText(value)} is given out twice`);
    given.add(value);
  }
  return [...given];
}

function checkLoop(
  graph: Graph,
  node: Node,
  { body, states, operands, results }: LoopForm,
  seen: Set<Value>,
  names: Map<string, Value>,
): void {
  const text = nodeText(node);
  if (body.inputs.length !== node.inputs.length)
    fail(graph, `${text} has ${node.inputs.length} operands for the ${body.inputs.length} inputs of its body`);
  if (body.outputs.length !== node.outputs.length + results)
    fail(graph, `${text} has ${node.outputs.length} outputs for the ${body.outputs.length} of its body`);
  const fits = (what: string, value: Value, type: string, shape: Shape): void => {
    if (value.type !== type || !sameShape(value.shape, shape))
      fail(graph, `${text}: ${what} ${valueText(value)} ${value.type} must be ${shapeText(shape)} ${type}`);
  };
  const scans = node.op === "Scan";
  if (scans && node.inputs.length <= states) fail(graph, `${text} has no sequence`);
  for (const [i, { type, shape }] of body.inputs.entries()) {
    const state = i >= operands && i < operands + states;
    const given = node.inputs[i]!;
    if (state) fits("initial state", given, type, shape);
    else if (scans) fits("sequence", given, type, [node.inputs[states]!.shape[0], ...shape]);
    else fits(i === 0 ? "number of steps" : "condition", given, i === 0 ? "int64" : "bool", []);
  }
  const outputs = checkSubgraph(graph, node, body, seen, names);
  for (const condition of outputs.slice(0, results)) fits("condition after the step", condition, "bool", []);
  // Of a Scan as many as its sequences have elements; of a Loop as many as it took steps, by a symbol of its own.
  const length = scans ? node.inputs[states]!.shape[0] : node.outputs[states]?.shape[0];
  for (const [i, output] of node.outputs.entries()) {
    const value = outputs[i + results];
    if (i < states) fits("state after the step", value, body.inputs[i + operands].type, body.inputs[i + operands].shape);
    fits(i < states ? "final state" : "output", output, value.type, i < states ? value.shape : [length!, ...value.shape]);
  }
}

/** The branches of a choice give what it gives; where they differ in a size, the choice has a symbol. */
function checkBranches(graph: Graph, node: Node, seen: Set<Value>, names: Map<string, Value>): void {
  const text = nodeText(node);
  for (const branch of subgraphs(node)) {
    if (branch.inputs.length > 0) fail(graph, `${text}: branch ${branch.name} has inputs`);
    if (branch.outputs.length !== node.outputs.length)
      fail(graph, `${text} has ${node.outputs.length} outputs for the ${branch.outputs.length} of branch ${branch.name}`);
    for (const [i, value] of checkSubgraph(graph, node, branch, seen, names).entries()) {
      const { type, shape } = node.outputs[i];
      const fits = value.shape.length === shape.length && shape.every((dim, axis) => typeof dim === "string" || dim === value.shape[axis]);
      if (value.type !== type || !fits) fail(graph, `${text}: ${valueText(value)} ${value.type} must be ${shapeText(shape)} ${type}`);
    }
  }
}
