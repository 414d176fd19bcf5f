import { emit } from "./emit.ts";
import type { Graph, Node, Value } from "./ir.ts";
import { isElementwise } from "./operators.ts";
import { mul } from "./ops/elementwise.ts";
import { matmul } from "./ops/matmul.ts";
import { reshape } from "./ops/movement.ts";
import { type Dim, product, sameShape } from "./shape.ts";
import { operandsOf, redirect } from "./walk.ts";

export interface Hoisted {
  /** The loop's sequences: the given ones, and what was computed outside for the loop to read. */
  readonly sequences: Value[];
  /** For each of the loop's results its value computed wholly outside, or null where the loop computes it. */
  readonly results: (Value | null)[];
  /** The states after a step, as the body has them now. */
  readonly next: Value[];
}

/**
 * Moves out of a loop what does not depend on its states: it is computed for all elements at once, before the loop.
 * Products with a weight become one large product; elementwise work on all elements saves a node in every step.
 */
export function hoistFromLoop(
  body: Graph,
  next: readonly Value[],
  results: readonly Value[],
  sequences: readonly Value[],
  length: Dim,
): Hoisted {
  const states = next.length;
  const outside = new Map<Value, Value>();
  for (const [i, element] of body.inputs.slice(states).entries()) outside.set(element, sequences[i]);
  const kept: Node[] = [];
  const single = usedOnce(body, [...next, ...results]);
  for (const node of body.nodes) {
    const moved = stacked(node, body, outside, length);
    if (moved) for (const [i, output] of node.outputs.entries()) outside.set(output, moved[i]);
    else {
      const first = joinFactors(node, body, outside, single);
      if (first) kept.splice(kept.indexOf(first), 1);
      kept.push(node);
    }
  }
  body.nodes = kept;
  const all = [...sequences];
  const elements = new Map(body.inputs.slice(states).map((element) => [element, element]));
  // What remains in the loop reads the moved values as elements.
  const read = (value: Value): Value => {
    if (value.graph !== body || !outside.has(value)) return value;
    let element = elements.get(value);
    if (!element) {
      element = body.input(`${body.name}.element`, value.type, value.shape);
      elements.set(value, element);
      all.push(outside.get(value)!);
    }
    return element;
  };
  for (const node of kept) redirect(node, read);
  return { sequences: all, results: results.map((value) => outside.get(value) ?? null), next: next.map(read) };
}

/** Values that one node of the body reads, once, and nothing else. */
function usedOnce(body: Graph, results: readonly Value[]): Set<Value> {
  const counts = new Map<Value, number>(results.map((value) => [value, 2]));
  for (const node of body.nodes) for (const value of operandsOf(node)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return new Set([...counts].flatMap(([value, count]) => (count === 1 ? [value] : [])));
}

/**
 * (x a) b with a and b computed outside becomes x (a b), and a b is computed outside too: a node less in every step.
 * Returns the product x a, which is not needed any more.
 */
function joinFactors(node: Node, body: Graph, outside: Map<Value, Value>, single: ReadonlySet<Value>): Node | null {
  const split = (product: Node): { inner: Value; factor: Value } | null => {
    const [a, b] = product.inputs as [Value, Value];
    if (product.op !== "Mul" || !sameShape(a.shape, b.shape) || outside.has(a) === outside.has(b)) return null;
    return outside.has(a) ? { inner: b, factor: a } : { inner: a, factor: b };
  };
  const outer = split(node);
  const first = outer?.inner.producer;
  const before = first && outer.inner.graph === body && single.has(outer.inner) ? split(first) : null;
  if (!outer || !before) return null;
  const joined: Value = { ...node.outputs[0], name: body.uniqueName(`${body.name}.factor`), producer: null };
  outside.set(joined, mul(outside.get(before.factor)!, outside.get(outer.factor)!));
  node.inputs = [before.inner, joined];
  return first!;
}

/** The node on whole sequences, if it reads nothing but elements and outer values and treats each element alike. */
function stacked(node: Node, body: Graph, outside: ReadonlyMap<Value, Value>, length: Dim): Value[] | null {
  const own = node.inputs.filter((input): input is Value => input !== null && input.graph === body);
  if (own.length === 0 || own.some((input) => !outside.has(input))) return null;
  const [a, b, c] = node.inputs;
  const rank = node.outputs[0].shape.length;
  if (isElementwise(node.op)) {
    // Broadcasting aligns last axes: an element of lower rank would meet the new first axis.
    if (own.some((input) => input.shape.length !== rank)) return null;
    return again(node, outside, length, {});
  }
  const weight = b && b.graph !== body && b.shape.length === 2;
  if (node.op === "MatMul" && weight && a!.graph === body) return [matmul(outside.get(a!)!, b)];
  if (
    node.op === "Gemm" &&
    weight &&
    a!.graph === body &&
    node.attributes.transA === 0 &&
    (!c || (c.graph !== body && c.shape.length <= 1))
  ) {
    const [rows, columns] = node.outputs[0].shape;
    const x = reshape(outside.get(a!)!, [product([length, rows]), a!.shape[1]]);
    const operands = c ? [x, b, c] : [x, b];
    const [y] = emit("Gemm", operands, node.attributes, [{ type: x.type, shape: [x.shape[0], columns] }]);
    return [reshape(y, [length, rows, columns])];
  }
  if (node.op === "Gather" && a!.graph !== body && node.attributes.axis === 0) return again(node, outside, length, {});
  if ((node.op === "Split" || node.op === "Concat") && own.length === (node.op === "Split" ? 1 : node.inputs.length)) {
    return again(node, outside, length, { axis: (node.attributes.axis as number) + 1 });
  }
  return null;
}

function again(node: Node, outside: ReadonlyMap<Value, Value>, length: Dim, attributes: Node["attributes"]): Value[] {
  const inputs = node.inputs.map((input) => input && (outside.get(input) ?? input));
  const outputs = node.outputs.map(({ type, shape }) => ({ type, shape: [length, ...shape] }));
  return emit(node.op, inputs, { ...node.attributes, ...attributes } as never, outputs);
}
