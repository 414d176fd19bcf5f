import type { Graph, Node, Value } from "./ir.ts";
import { bodyOf, stateCount } from "./scan.ts";
import { operandsOf } from "./walk.ts";

/** Drops every node, loop output, loop state and constant that no output of the graph depends on. */
export function prune(graph: Graph): void {
  const live = new Set<Value>(graph.outputs.map((output) => output.value));
  const kept: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => live.has(output))) continue;
    if (node.op === "Scan") pruneLoop(node, live);
    for (const value of operandsOf(node)) live.add(value);
    kept.push(node);
  }
  graph.nodes = kept.toReversed();
  if (graph.parent === null) {
    for (const [name, value] of graph.initializers) if (!live.has(value)) graph.initializers.delete(name);
  }
}

function pruneLoop(node: Node, live: ReadonlySet<Value>): void {
  const body = bodyOf(node);
  let states = stateCount(node);
  // A state is kept if it is used after the loop, or by anything kept in it.
  const wanted = node.outputs.map((output, i) => i < states || live.has(output));
  const outputs = body.outputs.filter((_, i) => wanted[i]);
  node.outputs.splice(0, node.outputs.length, ...node.outputs.filter((_, i) => wanted[i]));
  for (;;) {
    body.outputs.splice(0, body.outputs.length, ...outputs);
    prune(body);
    const used = new Set<Value>(body.nodes.flatMap(operandsOf));
    const dead = body.inputs.findIndex((input, i) => i < states && !live.has(node.outputs[i]) && !usedBesides(body, input, i));
    if (dead < 0) {
      dropElements(node, body, states, used);
      return;
    }
    // A state that only keeps itself alive goes, and its computation with it.
    body.inputs.splice(dead, 1);
    outputs.splice(dead, 1);
    node.outputs.splice(dead, 1);
    node.inputs = node.inputs.filter((_, i) => i !== dead);
    states -= 1;
    (node.attributes as { states: number }).states = states;
  }
}

/** Whether a state's input is needed by anything but the state's own next value. */
function usedBesides(body: Graph, input: Value, index: number): boolean {
  const needed = new Set<Value>(body.outputs.filter((_, i) => i !== index).map((output) => output.value));
  for (const node of body.nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    for (const value of operandsOf(node)) needed.add(value);
  }
  return needed.has(input);
}

/** Sequences that the body does not read; a loop keeps one, which gives it its length. */
function dropElements(node: Node, body: Graph, states: number, used: ReadonlySet<Value>): void {
  const sequences = body.inputs.length - states;
  let unused = body.inputs.flatMap((input, i) => (i >= states && !used.has(input) ? [i] : []));
  if (unused.length === sequences) unused = unused.slice(1);
  const keep = (_: unknown, i: number): boolean => !unused.includes(i);
  body.inputs.splice(0, body.inputs.length, ...body.inputs.filter(keep));
  node.inputs = node.inputs.filter(keep);
}
