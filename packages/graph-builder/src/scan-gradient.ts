import { contractOverTime } from "./contract.ts";
import { StackedValues, restore } from "./forward-values.ts";
import { Graph, type Node, type Value, isFloat } from "./ir.ts";
import { add } from "./ops/elementwise.ts";
import { filled } from "./ops/movement.ts";
import { bodyOf, closeScan, isReversed, stateCount } from "./scan.ts";
import { type RuleContext, dependents, reverseSweep } from "./sweep.ts";
import { captures } from "./walk.ts";

/**
 * Back-propagation through time, derived from the step's own graph: a loop in the other direction carries the states' gradients.
 * - What the rules need of the forward pass is stacked by the forward loop, or computed again where that is cheap.
 * - An outer value that is an operand of a matrix product (a weight, attention's keys) gets its gradient outside the loop, as one product
 *   over all steps; the gradient of any other outer value is summed in a carried state.
 */
export function scanGradient(context: RuleContext): (Value | null)[] {
  const { node, gradients, rules } = context;
  const body = bodyOf(node);
  const states = stateCount(node);
  const initial = context.inputs.slice(0, states) as Value[];
  const sequences = context.inputs.slice(states) as Value[];
  const length = sequences[0].shape[0];
  const parent = context.graph;
  const stateInputs = body.inputs.slice(0, states);
  const elements = body.inputs.slice(states);
  const outputs = body.outputs.map((output) => output.value);

  const captured = [...captures(body)].filter((value) => context.active.has(value));
  const active = activeValues(context, body, stateInputs, elements, captured);
  const back = new Graph(parent.root.uniqueName(`${body.name}.back`), parent);

  // Carried: the gradients of the states that matter, then the sums for captured values.
  const carried = stateInputs.flatMap((value, i) =>
    active.has(value) ? [{ i, value, input: back.input(`${back.name}.state`, value.type, value.shape) }] : [],
  );
  const starts = carried.map(({ i, value }) => gradients[i] ?? filled(parent, value.type, value.shape, 0));
  const backSequences: Value[] = [];
  const element = (sequence: Value): Value => {
    backSequences.push(sequence);
    return back.input(`${back.name}.element`, sequence.type, sequence.shape.slice(1));
  };

  const seeds = new Map<Value, Value>();
  const seed = (value: Value, gradient: Value): void =>
    void seeds.set(value, seeds.has(value) ? add(seeds.get(value)!, gradient) : gradient);
  for (const { i, input } of carried) seed(outputs[i], input);
  for (const [i, value] of outputs.entries()) {
    if (i >= states && gradients[i] && isFloat(value.type)) seed(value, element(gradients[i]));
  }

  const saved = new Map<Value, Value>();
  const read = (value: Value): Value => {
    if (value.graph !== body) return context.read(value);
    const known = saved.get(value);
    if (known) return known;
    const stand: Value = { name: `${back.name}.saved.${value.name}`, type: value.type, shape: value.shape, graph: back, producer: null };
    saved.set(value, stand);
    return stand;
  };
  const products: { node: Node; operand: number; gradient: Value }[] = [];
  const claim = (inner: Node, operand: number, gradient: Value): boolean => {
    const value = inner.inputs[operand]!;
    if (value.graph === body || !contractOverTime.applies(inner, operand)) return false;
    products.push({ node: inner, operand, gradient });
    return true;
  };
  const found = reverseSweep({ rules, graph: back, nodes: [...body.nodes], active, seeds, read, claim });

  const forward = new StackedValues(context, initial, sequences, length);
  restore(context, back, saved, forward, element);

  const next = carried.map(({ value }) => found.get(value) ?? filled(parent, value.type, value.shape, 0));
  const sums = captured.flatMap((value) =>
    found.has(value) ? [{ value, input: back.input(`${back.name}.sum`, value.type, value.shape) }] : [],
  );
  // Inputs of a Scan body: states first.
  const elementInputs = back.inputs.filter((input) => !carried.some((c) => c.input === input) && !sums.some((s) => s.input === input));
  back.inputs.splice(0, back.inputs.length, ...carried.map((c) => c.input), ...sums.map((s) => s.input), ...elementInputs);
  const sumsNext = sums.map(({ value, input }) => add(input, found.get(value)!));
  const sumStarts = sums.map(({ value }) => filled(parent, value.type, value.shape, 0));

  const wanted = elements.flatMap((value, i) =>
    context.needs[states + i] && found.has(value) ? [{ i, gradient: found.get(value)! }] : [],
  );
  const results = [...wanted.map(({ gradient }) => gradient), ...products.map(({ gradient }) => gradient)];
  if (backSequences.length === 0) element(sequences[0]);
  const done = closeScan(back, parent, [...next, ...sumsNext], results, [...starts, ...sumStarts], backSequences, !isReversed(node));

  for (const [i, { value }] of sums.entries()) context.contribute(value, done.states[carried.length + i]);
  for (const [i, { node: inner, operand }] of products.entries()) {
    const other = inner.inputs[1 - operand]!;
    const gradient = done.outputs[wanted.length + i];
    context.contribute(inner.inputs[operand]!, contractOverTime(inner, operand, forward.of(other), gradient));
  }
  const answer: (Value | null)[] = Array(node.inputs.length).fill(null);
  for (const [k, { i }] of carried.entries()) answer[i] = done.states[k];
  for (const [k, { i }] of wanted.entries()) answer[states + i] = done.outputs[k];
  return answer;
}

/** Values of the body that depend on something whose gradient is wanted; a state may come to depend on it in a later step only. */
function activeValues(context: RuleContext, body: Graph, stateInputs: Value[], elements: Value[], captured: Value[]): Set<Value> {
  const states = stateInputs.length;
  const sources = new Set(captured);
  for (const [i, value] of stateInputs.entries()) if (context.needs[i]) sources.add(value);
  for (const [i, value] of elements.entries()) if (context.needs[states + i]) sources.add(value);
  for (;;) {
    const active = dependents(body.nodes, sources, context.rules);
    const late = stateInputs.filter((value, i) => !active.has(value) && active.has(body.outputs[i].value));
    if (late.length === 0) return active;
    for (const value of late) sources.add(value);
  }
}
