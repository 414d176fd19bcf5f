import { emit } from "./emit.ts";
import type { Graph, Node, Value } from "./ir.ts";
import { type Operator, isElementwise } from "./operators.ts";
import { concat, slice, unsqueeze } from "./ops/movement.ts";
import { bodyOf, isReversed, stackOutput, stateCount } from "./scan.ts";
import type { Dim } from "./shape.ts";
import type { RuleContext } from "./sweep.ts";
import { operandsOf, redirect } from "./walk.ts";

/** Values of the forward loop's body over all steps, seen from outside of it: [T, ...]. */
export class StackedValues {
  readonly #node: Node;
  readonly #read: RuleContext["read"];
  readonly #initial: readonly Value[];
  readonly #sequences: readonly Value[];
  readonly #length: Dim;
  readonly #known = new Map<Value, Value>();

  constructor({ node, read }: RuleContext, initial: readonly Value[], sequences: readonly Value[], length: Dim) {
    this.#node = node;
    this.#read = read;
    this.#initial = initial;
    this.#sequences = sequences;
    this.#length = length;
  }

  of(value: Value): Value {
    const known = this.#known.get(value);
    if (known) return known;
    const stacked = this.#stack(value);
    this.#known.set(value, stacked);
    return stacked;
  }

  #stack(value: Value): Value {
    const body = bodyOf(this.#node);
    const states = stateCount(this.#node);
    const at = body.inputs.indexOf(value);
    if (at >= states) return this.#sequences[at - states];
    if (at < 0) return this.#read(stackOutput(this.#node, value, this.#length));
    // A state before each step: the initial one, and the states after every step but the last.
    const after = this.#read(stackOutput(this.#node, body.outputs[at].value, this.#length));
    const first = unsqueeze(this.#initial[at], 0);
    const length = this.#length;
    if (length === 1) return first;
    return isReversed(this.#node) ? concat([slice(after, 0, 1), first], 0, length) : concat([first, slice(after, 0, 0, -1)], 0, length);
  }
}

const CHEAP = new Set<Operator>(["Add", "Sub", "Mul", "Neg", "Split", "Concat", "Identity", "Greater", "GreaterOrEqual", "Where", "Cast"]);

/**
 * Supplies the forward values that the backward body reads: computed again in it where that is cheap and its operands are there anyway,
 * else read from the forward loop's stacked outputs.
 */
export function restore(
  context: RuleContext,
  back: Graph,
  saved: ReadonlyMap<Value, Value>,
  forward: StackedValues,
  element: (sequence: Value) => Value,
): void {
  const body = bodyOf(context.node);
  const used = new Set<Value>(back.nodes.flatMap(operandsOf));
  const substitutes = new Map<Value, Value>();
  const there = new Map<Value, Value>();
  const prologue: Node[] = [];
  const rest = back.nodes;
  for (const input of body.inputs) provide(input);
  for (const node of body.nodes) {
    const asked = node.outputs.filter((output) => used.has(saved.get(output)!));
    if (asked.length === 0) continue;
    const cheap = CHEAP.has(node.op) && (isElementwise(node.op) || node.op === "Split" || node.op === "Concat");
    if (cheap && node.inputs.every((input) => !input || input.graph !== body || there.has(input))) {
      back.nodes = [];
      const inputs = node.inputs.map((input) => input && (there.get(input) ?? context.read(input)));
      const outputs = emit(node.op, inputs, node.attributes as never, node.outputs, back);
      prologue.push(...back.nodes);
      for (const [i, output] of node.outputs.entries()) substitute(output, outputs[i]);
    } else for (const output of asked) provide(output);
  }
  back.nodes = [...prologue, ...rest];
  for (const node of rest) redirect(node, (value) => substitutes.get(value) ?? value);

  function provide(value: Value): void {
    if (used.has(saved.get(value)!)) substitute(value, element(forward.of(value)));
  }
  function substitute(value: Value, by: Value): void {
    there.set(value, by);
    const stand = saved.get(value);
    if (stand) substitutes.set(stand, by);
  }
}
