import type { Node, Value } from "../ir.ts";
import { channelRows, convOperator, convTranspose, patchRows } from "../ops/conv.ts";
import { div } from "../ops/elementwise.ts";
import { scatterElements } from "../ops/index-ops.ts";
import { gemm } from "../ops/matmul.ts";
import { filled, reshape, transpose } from "../ops/movement.ts";
import { averagePool, windowCounts } from "../ops/pool.ts";
import { reduceSum } from "../ops/reduce.ts";
import { type Window, extent, fit, padding, spatial, spread, windowOfNode } from "../ops/window.ts";
import { product } from "../shape.ts";
import type { Rule, RulesOf } from "./rule.ts";

/** dw[o, c, k] = sum over b, p of dy[b, o, p] x[b, c, p stride + k dilation - pad]: one product over all places. */
function kernelGradient(x: Value, dy: Value, window: Window): Value {
  const [o, c] = [dy.shape[1], x.shape[1]];
  const flat = gemm(channelRows(dy), patchRows(x, window, spatial(dy)), null, { transA: true });
  const axes = window.kernel.length;
  // [O, ...kernel, C] -> [O, C, ...kernel]
  return transpose(reshape(flat, [o, ...window.kernel, c]), [0, axes + 1, ...window.kernel.map((_, axis) => axis + 1)]);
}

/** Sum over everything but the channels. */
const biasGradient = (dy: Value): Value => reduceSum(dy, [0, ...spatial(dy).map((_, axis) => axis + 2)]);

/** What `convTranspose` must add to reach x's size: the elements that the last window leaves over. */
const leftOver = (x: Value, dy: Value, window: Window): number[] =>
  spatial(x).map((size, axis) => {
    if (typeof size === "string") return 0;
    const [before, after] = padding(window, axis);
    return size - ((Number(dy.shape[axis + 2]) - 1) * window.strides[axis] + extent(window, axis) - before - after);
  });

const convRule: Rule = ({ node, inputs, gradients, needs }) => {
  const [x, w, bias] = inputs as [Value, Value, Value | undefined];
  const dy = gradients[0]!;
  const window = windowOfNode(node);
  const dx = (): Value => convTranspose(dy, w, null, { ...window, outputPads: leftOver(x, dy, window), lowering: "operator" });
  return [needs[0] ? dx() : null, needs[1] ? kernelGradient(x, dy, window) : null, bias && needs[2] ? biasGradient(dy) : null];
};

/** The adjoint of an adjoint: x and dy change places. */
const convTransposeRule: Rule = ({ node, inputs, gradients, needs }) => {
  const [x, w, bias] = inputs as [Value, Value, Value | undefined];
  const dy = gradients[0]!;
  const window = windowOfNode(node);
  return [
    needs[0] ? convOperator(dy, w, null, window, spatial(x)) : null,
    needs[1] ? kernelGradient(dy, x, window) : null,
    bias && needs[2] ? biasGradient(dy) : null,
  ];
};

/** Every element gets the shares of the windows that see it: the same average with stride 1 over dy, its elements a stride apart. */
const averagePoolRule: Rule = ({ node, inputs, gradients }) => {
  const x = inputs[0]!;
  const dy = gradients[0]!;
  const window = windowOfNode(node);
  const size = product(window.kernel) as number;
  // The operator divides by the kernel's size; where padding was not counted the divisor was smaller.
  let shares = node.attributes.count_include_pad === 1 ? dy : div(dy, div(windowCounts(x, window, spatial(dy)), size));
  for (const [axis, stride] of window.strides.entries()) {
    const [before, after] = padding(window, axis);
    const reach = window.kernel[axis] - 1;
    const rest = leftOver(x, dy, window)[axis];
    shares = fit(spread(shares, axis + 2, stride), axis + 2, reach - before, reach - after + rest - (stride - 1));
  }
  return [averagePool(shares, window.kernel, { strides: 1, lowering: "operator" })];
};

/** Each window's gradient is added at the place of its largest element, which the operator tells. */
const maxPoolRule: Rule = ({ node, inputs, outputs, gradients }) => {
  const x = inputs[0]!;
  const dy = gradients[0]!;
  addPlaces(node);
  const [all, count] = [product(x.shape), product(dy.shape)];
  const flat = scatterElements(filled(x.graph, x.type, [all], 0), reshape(outputs[1], [count]), reshape(dy, [count]), 0);
  return [reshape(flat, x.shape)];
};

function addPlaces(node: Node): void {
  if (node.outputs.length > 1) return;
  const { graph, shape } = node.outputs[0];
  node.outputs.push({ name: graph.uniqueName("maxpool.places"), type: "int64", shape, graph, producer: node });
}

export const convRules = {
  AveragePool: averagePoolRule,
  Conv: convRule,
  ConvTranspose: convTransposeRule,
  MaxPool: maxPoolRule,
} satisfies RulesOf;
