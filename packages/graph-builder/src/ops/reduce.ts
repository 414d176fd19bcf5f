import { emitOne } from "../emit.ts";
import { type Value, valueText } from "../ir.ts";
import { type Shape, ShapeError, axisOf, product, sameShape } from "../shape.ts";
import { cast, div, sub } from "./elementwise.ts";
import { reshape } from "./movement.ts";
import { sizeOf } from "./size.ts";

type Reduction = "ReduceSum" | "ReduceMean" | "ReduceMax" | "ReduceLogSumExp" | "ReduceSumSquare";

function reduce(op: Reduction, x: Value, axes: readonly number[] | null, keep: boolean): Value {
  const rank = x.shape.length;
  const all = (axes ?? [...Array(rank).keys()]).map((axis) => axisOf(axis, rank, `${op}(${valueText(x)})`));
  if (all.length === 0) return x;
  const shape: Shape = keep ? x.shape.map((dim, i) => (all.includes(i) ? 1 : dim)) : x.shape.filter((_, i) => !all.includes(i));
  return emitOne(op, [x, x.graph.constant("int64", [all.length], all)], { keepdims: Number(keep) }, x.type, shape);
}

const reduction =
  (op: Reduction) =>
  /** Over the given axes, or all; `keep` leaves them with size 1. */
  (x: Value, axes: readonly number[] | null = null, keep = false): Value =>
    reduce(op, x, axes, keep);

export const reduceSum = reduction("ReduceSum");
export const reduceMean = reduction("ReduceMean");
export const reduceMax = reduction("ReduceMax");
/** log(sum(exp(x))), shifted by the maximum so that it does not overflow. */
export const reduceLogSumExp = reduction("ReduceLogSumExp");
export const reduceSumSquare = reduction("ReduceSumSquare");

export function softmax(x: Value, axis = -1): Value {
  return emitOne("Softmax", [x], { axis: axisOf(axis, x.shape.length, `Softmax(${valueText(x)})`) }, x.type, x.shape);
}

/** Running sums along an axis, from its start or, in reverse, from its end: each element with all before it, added one by one. */
export function cumulativeSum(x: Value, axis: number, reverse = false): Value {
  const at = axisOf(axis, x.shape.length, `CumSum(${valueText(x)})`);
  return emitOne("CumSum", [x, x.graph.constant("int64", [], [at])], { reverse: Number(reverse) }, x.type, x.shape);
}

/** x - log(sum(exp(x))): written out, since not every provider has the operator. */
export function logSoftmax(x: Value, axis = -1): Value {
  return sub(x, reduceLogSumExp(x, [axis], true));
}

/** The same as ONNX's own operator, which WebGPU has not. */
export function logSoftmaxFused(x: Value, axis = -1): Value {
  return emitOne("LogSoftmax", [x], { axis: axisOf(axis, x.shape.length, `LogSoftmax(${valueText(x)})`) }, x.type, x.shape);
}

/** Position of the largest element along the last axis, the first among equals: int64. */
export function argMax(x: Value): Value {
  return emitOne("ArgMax", [x], { axis: x.shape.length - 1, keepdims: 0 }, "int64", x.shape.slice(0, -1));
}

/** Sum over the axes by which `shape` was broadcast to x's shape: the adjoint of broadcasting. */
export function sumTo(x: Value, shape: Shape): Value {
  const lead = x.shape.length - shape.length;
  const axes = x.shape.flatMap((dim, i) => (i < lead || (shape[i - lead] === 1 && dim !== 1) ? [i] : []));
  if (axes.length === 0) return x;
  return reshape(reduceSum(x, axes, true), shape);
}

/** Number of elements over the axes that a reduction removes, as a value of x's type. */
export function countOver(x: Value, axes: readonly number[]): Value {
  const dim = product(axes.map((axis) => x.shape[axis]));
  return typeof dim === "number" ? x.graph.constant(x.type, [], [dim]) : cast(sizeOf(x.graph, dim), x.type);
}

/** Layer normalisation over the last axis (Ba et al. 2016): (x - mean) / sqrt(variance + epsilon) * scale + bias. */
export function layerNormalization(x: Value, scale: Value, bias: Value, epsilon = 1e-5): Value {
  const text = `LayerNormalization(${[x, scale, bias].map(valueText).join(", ")})`;
  const axis = axisOf(-1, x.shape.length, text);
  for (const operand of [scale, bias]) {
    if (operand.type !== x.type) throw new ShapeError(`${text}: element types differ: ${x.type} and ${operand.type}`);
    if (!sameShape(operand.shape, [x.shape[axis]])) throw new ShapeError(`${text}: scale and bias must be [${x.shape[axis]}]`);
  }
  return emitOne("LayerNormalization", [x, scale, bias], { axis, epsilon: Math.fround(epsilon) }, x.type, x.shape);
}

/** Mean of x over all its elements. */
export const mean = (x: Value): Value => div(reduceSum(x), reshape(countOver(x, [...x.shape.keys()]), []));
