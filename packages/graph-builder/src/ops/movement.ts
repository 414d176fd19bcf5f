import { emit, emitOne } from "../emit.ts";
import { type ElementType, type Graph, type Value, valueText } from "../ir.ts";
import { type Dim, type Shape, ShapeError, axisOf, broadcast, product, sameShape, shapeText, sum } from "../shape.ts";
import { END, int64, shapeValue } from "./size.ts";

/** The same numbers in another shape of as many elements. */
export function reshape(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  if (product(x.shape) !== product(shape)) {
    throw new ShapeError(`Reshape(${valueText(x)}): ${shapeText(shape)} has ${product(shape)} elements, not ${product(x.shape)}`);
  }
  // ONNX: 0 keeps the operand's size on that axis, one -1 is inferred.
  const numbers = shape.map((dim, i) => (typeof dim === "number" ? dim : dim === x.shape[i] ? 0 : -1));
  const target = numbers.filter((n) => n === -1).length <= 1 ? int64(x.graph, numbers) : shapeValue(x.graph, shape);
  return emitOne("Reshape", [x, target], {}, x.type, shape);
}

/** Inserts an axis of size 1. */
export function unsqueeze(x: Value, axis: number): Value {
  const at = axisOf(axis, x.shape.length + 1, `Unsqueeze(${valueText(x)})`);
  return emitOne("Unsqueeze", [x, int64(x.graph, [at])], {}, x.type, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/** Removes an axis of size 1. */
export function squeeze(x: Value, axis: number): Value {
  const at = axisOf(axis, x.shape.length, `Squeeze(${valueText(x)})`);
  if (x.shape[at] !== 1) throw new ShapeError(`Squeeze(${valueText(x)}): axis ${axis} has size ${x.shape[at]}, not 1`);
  return emitOne("Squeeze", [x, int64(x.graph, [at])], {}, x.type, [...x.shape.slice(0, at), ...x.shape.slice(at + 1)]);
}

/** Axes in another order; without one, the last two change places. */
export function transpose(x: Value, order?: readonly number[]): Value {
  const rank = x.shape.length;
  const perm = order ?? [...Array(rank).keys()].slice(0, -2).concat([rank - 1, rank - 2]);
  if (perm.length !== rank || new Set(perm).size !== rank || perm.some((axis) => axis < 0 || axis >= rank)) {
    throw new ShapeError(`Transpose(${valueText(x)}): [${perm}] is no permutation of ${rank} axes`);
  }
  // Back to where it came from: nothing is moved.
  const before = x.producer?.op === "Transpose" ? x.producer : null;
  if (before && perm.every((axis, i) => (before.attributes.perm as readonly number[])[axis] === i)) return before.inputs[0]!;
  return emitOne(
    "Transpose",
    [x],
    { perm },
    x.type,
    perm.map((axis) => x.shape[axis]),
  );
}

/** Repeats axes of size 1 until the shape is reached. */
export function expand(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const result = broadcast(x.shape, shape);
  if (!result || !sameShape(result, shape)) throw new ShapeError(`Expand(${valueText(x)}): does not broadcast to ${shapeText(shape)}`);
  return emitOne("Expand", [x, shapeValue(x.graph, shape)], {}, x.type, shape);
}

/** A tensor of one number. */
export function filled(graph: Graph, type: ElementType, shape: Shape, number: number): Value {
  return expand(graph.constant(type, [], [number]), shape);
}

/** Values side by side along an axis. `size` names the axis' size. */
export function concat(values: readonly Value[], axis: number, size?: Dim): Value {
  const [first] = values;
  const text = `Concat(${values.map(valueText).join(", ")})`;
  if (!first) throw new ShapeError("Concat(): no operand");
  const at = axisOf(axis, first.shape.length, text);
  for (const value of values) {
    const fits =
      value.type === first.type &&
      value.shape.length === first.shape.length &&
      value.shape.every((dim, i) => i === at || dim === first.shape[i]);
    if (!fits) throw new ShapeError(`${text}: the operands differ outside axis ${axis}`);
  }
  if (values.length === 1) return first;
  const total = size ?? sum(values.map(({ shape }) => shape[at]));
  if (total === null) throw new ShapeError(`${text}: the size of axis ${axis} must be named`);
  return emitOne("Concat", values, { axis: at }, first.type, first.shape.with(at, total));
}

/** Cuts an axis into parts of the given sizes. */
export function split(x: Value, sizes: Shape, axis: number): Value[] {
  const at = axisOf(axis, x.shape.length, `Split(${valueText(x)})`);
  const total = sum(sizes);
  if (typeof total === "number" && total !== x.shape[at])
    throw new ShapeError(`Split(${valueText(x)}): parts of ${sizes.join(" + ")} are not axis ${axis} of ${x.shape[at]}`);
  if (sizes.length === 1) return [x];
  const outputs = sizes.map((size) => ({ type: x.type, shape: x.shape.with(at, size) }));
  return emit("Split", [x, shapeValue(x.graph, sizes)], { axis: at }, outputs);
}

/**
 * The part [start, end) of an axis; negative positions count from its end, a missing end is the axis' own. `size` names the part's size.
 * A symbolic axis is taken to be long enough.
 */
export function slice(x: Value, axis: number, start: number, end: number | null = null, size?: Dim): Value {
  const text = `Slice(${valueText(x)})`;
  const at = axisOf(axis, x.shape.length, text);
  const dim = x.shape[at];
  if (typeof dim === "number") {
    const [from, to] = [start < 0 ? dim + start : start, end === null ? dim : end < 0 ? dim + end : end];
    if (from < 0 || to > dim || from > to) throw new ShapeError(`${text}: [${start}, ${end ?? ""}) is outside axis ${axis} of ${dim}`);
  }
  const result = size ?? partSize(dim, start, end);
  if (result === null || Number(result) < 0)
    throw new ShapeError(`${text}: the size of [${start}, ${end ?? ""}) must be named, axis ${axis} is ${dim}`);
  const operands = [x, int64(x.graph, [start]), int64(x.graph, [end ?? END]), int64(x.graph, [at])];
  return emitOne("Slice", operands, {}, x.type, x.shape.with(at, result));
}

function partSize(dim: Dim, start: number, end: number | null): Dim | null {
  // Both positions from the same end: a number.
  if (start < 0 === (end === null || end < 0)) return (end ?? 0) - start;
  // From the front to the back: what the axis has, less what is left out.
  return start >= 0 ? sum([dim, (end ?? 0) - start]) : typeof dim === "number" ? end! - (dim + start) : null;
}

/** Zeros (or `number`) added before and after an axis. `size` names the axis' new size. */
export function pad(x: Value, axis: number, before: number, after: number, number = 0, size?: Dim): Value {
  const text = `Pad(${valueText(x)})`;
  const at = axisOf(axis, x.shape.length, text);
  const dim = x.shape[at];
  const result = size ?? sum([dim, before, after]);
  if (result === null) throw new ShapeError(`${text}: the new size must be named, axis ${axis} is ${dim}`);
  // All axes are spelt out: ONNX Runtime 1.30 moves a Transpose through a Pad without regard to its `axes`.
  const sides = [before, after].flatMap((n) => x.shape.map((_, i) => (i === at ? n : 0)));
  return emitOne(
    "Pad",
    [x, int64(x.graph, sides), x.graph.constant(x.type, [], [number])],
    { mode: "constant" },
    x.type,
    x.shape.with(at, result),
  );
}
