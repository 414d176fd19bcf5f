import { customGradient } from "./custom.ts";
import { emit, placeOf } from "./emit.ts";
import { hoistFromLoop } from "./hoist.ts";
import { Graph, type Node, type Value, valueText } from "./ir.ts";
import { subgraphOutput } from "./subgraph.ts";
import { type Dim, ShapeError, sameShape } from "./shape.ts";
import { subgraphs } from "./walk.ts";

export interface ScanStep {
  /** The carried values after this step: shapes and types of the ones before. */
  readonly states: readonly Value[];
  /** What this step gives; the loop stacks them over axis 0. */
  readonly outputs: readonly Value[];
}

export interface ScanOptions {
  /** Goes through the sequences from their end; outputs stand where their elements stood. */
  readonly reverse?: boolean;
  /** Computes outside the loop what does not depend on the states (default true). Without, each element's work stays in the cache. */
  readonly hoist?: boolean;
  readonly name?: string;
}

export interface ScanResult {
  readonly states: Value[];
  readonly outputs: Value[];
}

/**
 * A recurrence: `step` is traced once and run for every element of axis 0 of the sequences [T, ...], carrying states from step to step.
 * `step` may use values from around it (weights, an encoder's memory). What does not depend on the states is computed outside the
 * loop for all elements at once: a product of the elements with a weight is one product. Its gradient is derived from the step's own graph.
 */
export function scan(
  step: (states: Value[], elements: Value[]) => ScanStep,
  initial: readonly Value[],
  sequences: readonly Value[],
  { reverse = false, hoist = true, name = "scan" }: ScanOptions = {},
): ScanResult {
  if (sequences.length === 0) throw new ShapeError(`${name}: a scan needs a sequence`);
  const length = sequences[0].shape[0];
  for (const sequence of sequences) {
    if (sequence.shape.length === 0 || sequence.shape[0] !== length)
      throw new ShapeError(`${name}: ${valueText(sequence)} has not ${length} elements on axis 0`);
  }
  const parent = placeOf([...initial, ...sequences], name);
  const body = new Graph(parent.root.uniqueName(name), parent);
  const states = initial.map((value) => body.input(`${body.name}.state`, value.type, value.shape));
  const elements = sequences.map((value) => body.input(`${body.name}.element`, value.type, value.shape.slice(1)));
  const result = step([...states], [...elements]);
  if (result.states.length !== states.length)
    throw new ShapeError(`${name}: the step returns ${result.states.length} states for ${states.length}`);
  for (const [i, state] of result.states.entries()) {
    if (state.type !== states[i].type || !sameShape(state.shape, states[i].shape))
      throw new ShapeError(`${name}: state ${i} is ${valueText(state)} after the step, ${valueText(initial[i])} before it`);
  }
  return closeScan(body, parent, [...result.states], [...result.outputs], initial, sequences, reverse, hoist);
}

/** Closes a traced body into a Scan node. */
export function closeScan(
  body: Graph,
  parent: Graph,
  next: readonly Value[],
  results: readonly Value[],
  initial: readonly Value[],
  sequences: readonly Value[],
  reverse: boolean,
  hoist = true,
): ScanResult {
  const length = sequences[0].shape[0];
  const hoisted =
    hoist && !attaches(body)
      ? hoistFromLoop(body, next, results, sequences, length)
      : { sequences, next, results: results.map(() => null) };
  for (const value of hoisted.next) subgraphOutput(body, value);
  const kept = [...new Set(results.filter((_, i) => !hoisted.results[i]))];
  for (const value of kept) subgraphOutput(body, value);
  const outputs = [
    ...initial.map(({ type, shape }) => ({ type, shape })),
    ...kept.map(({ type, shape }) => ({ type, shape: [length, ...shape] })),
  ];
  const operands = [...initial, ...hoisted.sequences];
  if (outputs.length === 0) return { states: [], outputs: hoisted.results as Value[] };
  const values = emit("Scan", operands, { body, states: initial.length, reverse: Number(reverse) }, outputs, parent);
  const outputOf = (value: Value): Value => values[initial.length + kept.indexOf(value)];
  return { states: values.slice(0, initial.length), outputs: hoisted.results.map((value, i) => value ?? outputOf(results[i])) };
}

/** Whether a gradient is attached to one of the body's values: its rule knows values by themselves, so they stay where they are. */
function attaches(body: Graph): boolean {
  return body.nodes.some((node) => customGradient(node.outputs[0]) !== undefined || subgraphs(node).some(attaches));
}

export const stateCount = (node: Node): number => node.attributes.states as number;
export const bodyOf = (node: Node): Graph => node.attributes.body as Graph;
export const isReversed = (node: Node): boolean => node.attributes.reverse === 1;

/** Makes a value of the body an output of the loop, stacked over axis 0. */
export function stackOutput(node: Node, value: Value, length: Dim): Value {
  const body = bodyOf(node);
  const states = stateCount(node);
  const known = body.outputs.findIndex((output, i) => i >= states && output.copyOf === value);
  if (known >= 0) return node.outputs[known];
  subgraphOutput(body, value);
  const graph = node.outputs[0].graph;
  const stacked: Value = { name: graph.uniqueName("scan"), type: value.type, shape: [length, ...value.shape], graph, producer: node };
  node.outputs.push(stacked);
  return stacked;
}
