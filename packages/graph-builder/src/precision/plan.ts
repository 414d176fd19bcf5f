import type { Graph, Node, Value } from "../ir.ts";
import { product } from "../shape.ts";
import type { TracedAnswers } from "../trace-answers.ts";
import { Bounds, type StateOrigin } from "./bounds.ts";
import { usesOf } from "./rewrite.ts";

/**
 * Numbers that a weight must have for its product to be computed in eight bits. Below, quantising the other operand in every step costs more
 * than the smaller product saves (docs/performance.md): such a weight is stored in eight bits and used in float32.
 */
export const LEAST_DYNAMIC = 2 ** 18;

/** How a matrix is quantised. */
export interface Int8Weight {
  /** Numbers with the same index on this axis share a scale. */
  readonly axis: number;
  /**
   * How its products are computed: in float32, or in eight bits, the other operand quantised in each run, row by row ("rows"), or by the range
   * [-1, 1] that it cannot leave ("unit").
   */
  readonly products: "float32" | "rows" | "unit";
}

/** By parameter. What is not in it (vectors, such as biases) stays float32. */
export type Int8Plan = ReadonlyMap<string, Int8Weight>;

type Traced = Pick<TracedAnswers, "graphs" | "states">;

/** One plan for all graphs of a model, so that each of them computes the same. */
export function planInt8(traced: Traced): Int8Plan {
  const plan = new Map<string, Int8Weight>();
  const bounds = new Bounds(origins(traced));
  const { encoder, decoder, predict } = traced.graphs;
  for (const graph of [encoder, decoder, predict]) {
    if (!graph) continue;
    const uses = usesOf(graph);
    for (const [name, value] of graph.initializers) {
      if (value.constant || value.shape.length < 2) continue;
      const all = uses.get(value) ?? [];
      plan.set(name, planWeight(value, all, bounds, plan.get(name)));
    }
  }
  return plan;
}

type Uses = readonly { readonly node: Node; readonly operand: number }[];

function planWeight(value: Value, uses: Uses, bounds: Bounds, elsewhere: Int8Weight | undefined): Int8Weight {
  // The kernel of a convolution: a scale for each channel that it gives.
  if (value.shape.length > 2) return { axis: 0, products: "float32" };
  const dynamic = elsewhere?.products !== "float32" && Number(product(value.shape)) >= LEAST_DYNAMIC && uses.every(isDynamicProduct);
  if (dynamic) {
    const unit = elsewhere?.products !== "rows" && uses.every(({ node }) => bounds.withinOne(node.inputs[0]!));
    return { axis: 1, products: unit ? "unit" : "rows" };
  }
  // Rows are taken from a table, or it is the left operand: a scale for each row. Columns of other weights give an output each.
  return { axis: uses.every(({ node, operand }) => operand === 0 && node.op !== "Transpose") ? 0 : 1, products: "float32" };
}

/** Whether it is a plain product of something computed from the inputs with the weight at its right. */
function isDynamicProduct({ node, operand }: Uses[number]): boolean {
  const { alpha = 1, beta = 1, transA = 0, transB = 0 } = node.attributes;
  const plain = node.op === "MatMul" || (node.op === "Gemm" && alpha === 1 && beta === 1 && transA === 0 && transB === 0);
  return plain && operand === 1 && dependsOnInput(node.inputs[0]!);
}

/** Whether it is known only when the graph runs. */
function dependsOnInput(value: Value, seen = new Set<Value>()): boolean {
  if (value.graph.inputs.includes(value)) return true;
  if (seen.has(value) || value.producer === null) return false;
  seen.add(value);
  return value.producer.inputs.some((input) => input !== null && dependsOnInput(input, seen));
}

function origins({ graphs: { encoder, decoder }, states }: Traced): Map<Value, StateOrigin> {
  const output = (graph: Graph, name: string): Value => graph.outputs.find((each) => each.name === name)!.value;
  return new Map(
    states.map((state) => [
      decoder!.inputs.find(({ name }) => name === state.input)!,
      { initial: state.initial === null ? null : output(encoder!, state.initial), next: output(decoder!, state.output) },
    ]),
  );
}
