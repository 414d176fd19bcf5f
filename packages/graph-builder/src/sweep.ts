import { customGradient } from "./custom.ts";
import { type Graph, type Node, type Value, isFloat } from "./ir.ts";
import { sumOf } from "./ops/elementwise.ts";
import type { Operator } from "./operators.ts";
import { operandsOf, subgraphs } from "./walk.ts";

/** What a gradient rule may use. Values are those that can be read where the gradient is computed. */
export interface RuleContext {
  readonly node: Node;
  /** Where the gradient is computed: the node's own graph, or a loop's that goes back through it. */
  readonly graph: Graph;
  /** The value there in place of one of the node's graph. */
  read(value: Value): Value;
  readonly inputs: readonly (Value | null)[];
  readonly outputs: readonly Value[];
  /** Gradient of the loss with respect to each output; null where it does not depend on it. */
  readonly gradients: readonly (Value | null)[];
  /** Whether an operand's gradient is asked for; a rule may skip the others. */
  readonly needs: readonly boolean[];
  readonly active: ReadonlySet<Value>;
  readonly rules: Rules;
  /** Adds to the gradient of a value that is not an operand: what a loop's body captures. */
  contribute(value: Value, gradient: Value): void;
}

/** Gradients of the operands, in their order; null where there is none. */
export type Rule = (context: RuleContext) => (Value | null)[];
export type Rules = Readonly<Record<Operator, Rule | null>>;

/** All float values of `nodes` that depend on `sources`, sources included. */
export function dependents(nodes: readonly Node[], sources: Iterable<Value>, rules: Rules): Set<Value> {
  const active = new Set(sources);
  for (const node of nodes) {
    const custom = customGradient(node.outputs[0]);
    if (!custom && rules[node.op] === null) continue;
    const operands = custom ? custom.operands : operandsOf(node);
    if (!operands.some((value) => active.has(value))) continue;
    for (const output of node.outputs) if (isFloat(output.type)) active.add(output);
  }
  return active;
}

export interface Sweep {
  readonly rules: Rules;
  /** Where the gradients are computed. */
  readonly graph: Graph;
  readonly nodes: readonly Node[];
  readonly active: ReadonlySet<Value>;
  /** Gradients that are known at the start, by value. */
  readonly seeds: ReadonlyMap<Value, Value>;
  /** The value to be read in place of one of the forward pass. */
  readonly read?: (value: Value) => Value;
  /** Takes an operand's gradient upon itself: the rule is then not asked for it. */
  readonly claim?: (node: Node, operand: number, gradient: Value) => boolean;
}

/** The reverse sweep: from the seeds through the nodes, last to first. Returns the gradient of each value that has one. */
export function reverseSweep({ rules, graph, nodes, active, seeds, read = (value) => value, claim }: Sweep): Map<Value, Value> {
  const parts = new Map<Value, Value[]>();
  const contribute = (value: Value, gradient: Value): void => {
    const known = parts.get(value);
    if (known) known.push(gradient);
    else parts.set(value, [gradient]);
  };
  for (const [value, gradient] of seeds) contribute(value, gradient);
  const gradientOf = (value: Value): Value | null => {
    const known = parts.get(value);
    if (!known) return null;
    const total = sumOf(known);
    parts.set(value, [total]);
    return total;
  };
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((output) => active.has(output))) continue;
    const gradients = node.outputs.map(gradientOf);
    if (gradients.every((gradient) => gradient === null)) continue;
    const custom = customGradient(node.outputs[0]);
    if (custom) {
      const found = custom.rule(gradients[0]!, read);
      for (const [i, operand] of custom.operands.entries()) if (found[i] && active.has(operand)) contribute(operand, found[i]);
      continue;
    }
    const rule = rules[node.op];
    if (!rule) continue;
    const needs = node.inputs.map((input, i) => {
      if (!input || !active.has(input)) return false;
      return !(claim && gradients[0] && claim(node, i, gradients[0]));
    });
    // What a subgraph takes from around it is no operand.
    if (subgraphs(node).length === 0 && !needs.includes(true)) continue;
    const inputs = node.inputs.map((input) => input && read(input));
    // Read lazily: an output that no rule looks at need not be kept.
    const outputs = new Proxy(node.outputs, {
      get: (target, key, receiver) =>
        typeof key === "string" && /^\d+$/.test(key) ? read(target[Number(key)]) : Reflect.get(target, key, receiver),
    });
    const found = rule({ node, graph, read, inputs, outputs, gradients, needs, active, rules, contribute });
    for (const [i, gradient] of found.entries()) if (gradient && needs[i]) contribute(node.inputs[i]!, gradient);
  }
  return new Map([...parts].map(([value]) => [value, gradientOf(value)!]));
}
