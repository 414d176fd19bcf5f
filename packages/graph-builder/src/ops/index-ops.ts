import { emit, emitOne } from "../emit.ts";
import { type Graph, type Value, valueText } from "../ir.ts";
import { type Dim, type Shape, ShapeError, axisOf, product, sameShape } from "../shape.ts";
import { cast, scalar } from "./elementwise.ts";
import { expand, filled, reshape, squeeze, unsqueeze } from "./movement.ts";
import { sizeOf } from "./size.ts";

function integers(indices: Value, text: string): void {
  if (indices.type !== "int32" && indices.type !== "int64") throw new ShapeError(`${text}: indices are ${indices.type}, not integers`);
}

const fitsBeside = (x: Value, indices: Value, axis: number): boolean =>
  indices.shape.length === x.shape.length && indices.shape.every((dim, i) => i === axis || dim === x.shape[i]);

/** Rows of x at integer positions along an axis: x [.., A, ..], indices [...] -> [.., ...indices, ..]. */
export function gather(x: Value, indices: Value, axis = 0): Value {
  const text = `Gather(${valueText(x)}, ${valueText(indices)})`;
  const at = axisOf(axis, x.shape.length, text);
  integers(indices, text);
  return emitOne("Gather", [x, indices], { axis: at }, x.type, [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)]);
}

/** One element of x for each index along an axis; indices have x's shape outside that axis. */
export function gatherElements(x: Value, indices: Value, axis: number): Value {
  const text = `GatherElements(${valueText(x)}, ${valueText(indices)})`;
  const at = axisOf(axis, x.shape.length, text);
  integers(indices, text);
  if (!fitsBeside(x, indices, at)) throw new ShapeError(`${text}: the shapes differ outside axis ${axis}`);
  return emitOne("GatherElements", [x, indices], { axis: at }, x.type, indices.shape);
}

/**
 * The k largest elements along an axis, in falling order, and their positions (int64); of equal ones the lower position comes first.
 * k is a number or a symbol.
 */
export function topK(x: Value, k: Dim, axis = -1): { values: Value; indices: Value } {
  const text = `TopK(${valueText(x)})`;
  const at = axisOf(axis, x.shape.length, text);
  if (typeof k === "number" && Number(x.shape[at]) < k) throw new ShapeError(`${text}: axis ${axis} has fewer than ${k} elements`);
  const shape = x.shape.with(at, k);
  const operands = [x, sizeOf(x.graph, k)];
  const [values, indices] = emit("TopK", operands, { axis: at }, [
    { type: x.type, shape },
    { type: "int64", shape },
  ]);
  return { values, indices };
}

/** x with updates added at the indices along an axis; several updates of one place add up. */
export function scatterElements(x: Value, indices: Value, updates: Value, axis: number): Value {
  const text = `ScatterElements(${[x, indices, updates].map(valueText).join(", ")})`;
  const at = axisOf(axis, x.shape.length, text);
  integers(indices, text);
  if (x.type !== updates.type) throw new ShapeError(`${text}: element types differ: ${x.type} and ${updates.type}`);
  if (!sameShape(indices.shape, updates.shape)) throw new ShapeError(`${text}: indices and updates differ in shape`);
  if (!fitsBeside(x, indices, at)) throw new ShapeError(`${text}: the shapes differ outside axis ${axis}`);
  return emitOne("ScatterElements", [x, indices, updates], { axis: at, reduction: "add" }, x.type, x.shape);
}

/**
 * Zeros [rows, ...row] with the update rows added at integer positions of axis 0: indices [...], updates [..., ...row].
 * A graph that runs on one thread takes ScatterND, which moves whole rows. On several, ONNX Runtime (1.30) adds rows of one place without
 * a lock, and now and then one is lost: there ScatterElements is taken, which goes number by number, five times as slow.
 */
export function scatterRows(rows: Dim, indices: Value, updates: Value): Value {
  const lead = indices.shape.length;
  const text = `scatterRows(${valueText(indices)}, ${valueText(updates)})`;
  integers(indices, text);
  if (!sameShape(updates.shape.slice(0, lead), indices.shape)) throw new ShapeError(`${text}: there must be one row for each index`);
  const row = updates.shape.slice(lead);
  const zeros = (shape: Shape): Value => filled(updates.graph, updates.type, shape, 0);
  if (updates.graph.root.singleThreaded) {
    const places = unsqueeze(cast(indices, "int64"), lead);
    return emitOne("ScatterND", [zeros([rows, ...row]), places, updates], { reduction: "add" }, updates.type, [rows, ...row]);
  }
  const [count, width] = [product(indices.shape), product(row)];
  const places = expand(reshape(indices, [count, 1]), [count, width]);
  return reshape(scatterElements(zeros([rows, width]), places, reshape(updates, [count, width]), 0), [rows, ...row]);
}

/** 0, 1, .., size - 1 as int32. */
export function range(graph: Graph, size: Dim): Value {
  if (typeof size === "number") return graph.constant("int32", [size], [...Array(size).keys()]);
  const limit = squeeze(cast(sizeOf(graph, size), "int32"), 0);
  return emitOne("Range", [scalar(limit, 0), limit, scalar(limit, 1)], {}, "int32", [size]);
}
