import type { Node, Value } from "../ir.ts";
import type { Operator } from "../operators.ts";
import { bodyOf, stateCount } from "../scan.ts";

/** Where the values of a state come from: its first one, and the next one after each step. */
export interface StateOrigin {
  /** Null for zeros. */
  readonly initial: Value | null;
  readonly next: Value;
}

const WITHIN_ONE = new Set<Operator>(["Sigmoid", "Tanh", "Softmax"]);
/** What these give is picked from their first operand. */
const PICKS = new Set<Operator>([
  "Expand",
  "Gather",
  "GatherElements",
  "Identity",
  "Reshape",
  "Slice",
  "Split",
  "Squeeze",
  "Transpose",
  "Unsqueeze",
]);

/**
 * What the operators alone say of how large numbers can get: an LSTM's h = sigmoid(..) tanh(..) lies in [-1, 1], whatever the weights are.
 * For a state that is an induction: it stays within one if it begins there and a step does not lead out.
 */
export class Bounds {
  readonly #known = new Map<Value, boolean>();
  readonly #states: ReadonlyMap<Value, StateOrigin>;

  /** @param states inputs of a graph that are carried from run to run, such as a decoder's */
  constructor(states: ReadonlyMap<Value, StateOrigin>) {
    this.#states = states;
  }

  /** Whether every element lies in [-1, 1] for sure. */
  withinOne(value: Value): boolean {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const origin = this.#states.get(value) ?? stateOf(value);
    const within = origin ? this.#holds(value, origin) : this.#computed(value);
    this.#known.set(value, within);
    return within;
  }

  #holds(state: Value, { initial, next }: StateOrigin): boolean {
    if (initial && !this.withinOne(initial)) return false;
    const before = new Map(this.#known);
    this.#known.set(state, true);
    if (this.withinOne(next)) return true;
    // What was found on that assumption is not known.
    this.#known.clear();
    for (const [value, within] of before) this.#known.set(value, within);
    return false;
  }

  /** a + z (b - a) with a share z lies between a and b: how a GRU's h moves towards what is new. */
  #between(a: Value, product: Node | null): boolean {
    if (product?.op !== "Mul") return false;
    const [z, difference] = product.inputs as [Value, Value];
    const [b, from] = difference.producer?.op === "Sub" ? difference.producer.inputs : [];
    return from === a && isShare(z) && this.withinOne(a) && this.withinOne(b!);
  }

  #computed(value: Value): boolean {
    if (value.constant) return Array.from(value.constant, Number).every((number) => Math.abs(number) <= 1);
    const node = value.producer;
    if (!node) {
      const sequence = elementOf(value);
      return sequence !== null && this.withinOne(sequence);
    }
    const all = (operands: readonly (Value | null)[]): boolean => operands.every((operand) => this.withinOne(operand!));
    if (WITHIN_ONE.has(node.op)) return true;
    if (PICKS.has(node.op)) return all(node.inputs.slice(0, 1));
    switch (node.op) {
      case "Mul":
      case "Concat":
        return all(node.inputs);
      case "Where":
        return all(node.inputs.slice(1));
      case "Scan":
        return this.withinOne(bodyOf(node).outputs[node.outputs.indexOf(value)].value);
      case "Add":
        return this.#between(node.inputs[0]!, node.inputs[1]!.producer);
      case "GRU":
      case "LSTM":
        // Y and Y_h; the cell state Y_c of an LSTM grows with every step.
        return (
          node.outputs.indexOf(value) < 2 && (node.inputs[5] === undefined || node.inputs[5] === null || this.withinOne(node.inputs[5]))
        );
      default:
        return false;
    }
  }
}

/** Whether every element lies in [0, 1]: gates. */
function isShare({ producer }: Value): boolean {
  if (!producer) return false;
  return producer.op === "Sigmoid" || (producer.op === "Split" && isShare(producer.inputs[0]!));
}

/** The loop whose body a value is an input of, with its place there. */
function inputOf(value: Value): { node: NonNullable<Value["producer"]>; at: number } | null {
  const node = value.graph.parent?.nodes.find((each) => each.op === "Scan" && bodyOf(each) === value.graph);
  const at = value.graph.inputs.indexOf(value);
  return node && at >= 0 ? { node, at } : null;
}

function stateOf(value: Value): StateOrigin | null {
  const found = inputOf(value);
  if (!found || found.at >= stateCount(found.node)) return null;
  return { initial: found.node.inputs[found.at]!, next: value.graph.outputs[found.at].value };
}

function elementOf(value: Value): Value | null {
  const found = inputOf(value);
  return found && found.at >= stateCount(found.node) ? found.node.inputs[found.at]! : null;
}
