import type { Graph, Node, Value } from "./ir.ts";
import { type LoopForm, loopForm } from "./loop-form.ts";
import { operandsOf, subgraphs } from "./walk.ts";

/** Drops every node, loop output, loop state and constant that no output of the graph depends on. */
export function prune(graph: Graph): void {
  const live = new Set<Value>(graph.outputs.map((output) => output.value));
  const kept: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => live.has(output))) continue;
    const loop = loopForm(node);
    if (loop) pruneLoop(node, loop, live);
    else pruneBranches(node, live);
    for (const value of operandsOf(node)) live.add(value);
    kept.push(node);
  }
  graph.nodes = kept.toReversed();
  if (graph.parent === null) {
    for (const [name, value] of graph.initializers) if (!live.has(value)) graph.initializers.delete(name);
  }
}

/** Subgraphs that give what their node gives: those of a choice. */
function pruneBranches(node: Node, live: ReadonlySet<Value>): void {
  const branches = subgraphs(node);
  if (branches.length === 0) return;
  const wanted = node.outputs.map((output) => live.has(output));
  keep(node.outputs, wanted);
  for (const branch of branches) {
    keep(branch.outputs, wanted);
    prune(branch);
  }
}

function keep<T>(list: T[], wanted: readonly boolean[]): void {
  list.splice(0, list.length, ...list.filter((_, i) => wanted[i]));
}

function pruneLoop(node: Node, { body, states, operands, results }: LoopForm, live: ReadonlySet<Value>): void {
  let carried = states;
  // A state is kept if it is used after the loop, or by anything kept in it.
  const wanted = node.outputs.map((output, i) => i < states || live.has(output));
  const outputs = body.outputs.filter((_, i) => i < results || wanted[i - results]);
  keep(node.outputs, wanted);
  for (;;) {
    body.outputs.splice(0, body.outputs.length, ...outputs);
    prune(body);
    const dead = node.outputs.findIndex(
      (output, i) => i < carried && !live.has(output) && !usedBesides(body, body.inputs[i + operands], i + results),
    );
    if (dead < 0) break;
    // A state that only keeps itself alive goes, and its computation with it.
    body.inputs.splice(dead + operands, 1);
    outputs.splice(dead + results, 1);
    node.outputs.splice(dead, 1);
    node.inputs = node.inputs.filter((_, i) => i !== dead + operands);
    carried -= 1;
    if (node.op === "Scan") (node.attributes as { states: number }).states = carried;
  }
  if (node.op === "Scan") dropElements(node, body, carried);
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
function dropElements(node: Node, body: Graph, states: number): void {
  const used = new Set<Value>(body.nodes.flatMap(operandsOf));
  const sequences = body.inputs.length - states;
  let unused = body.inputs.flatMap((input, i) => (i >= states && !used.has(input) ? [i] : []));
  if (unused.length === sequences) unused = unused.slice(1);
  const wanted = body.inputs.map((_, i) => !unused.includes(i));
  keep(body.inputs, wanted);
  node.inputs = node.inputs.filter((_, i) => wanted[i]);
}
