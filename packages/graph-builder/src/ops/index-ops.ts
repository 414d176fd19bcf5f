import { emitOne } from "../emit.ts";
import { type Graph, type Value, valueText } from "../ir.ts";
import { type Dim, ShapeError, axisOf, sameShape } from "../shape.ts";
import { filled, unsqueeze } from "./movement.ts";

/** Rows of x at integer positions along an axis: x [.., A, ..], indices [...] -> [.., ...indices, ..]. */
export function gather(x: Value, indices: Value, axis = 0): Value {
  const at = axisOf(axis, x.shape.length, `Gather(${valueText(x)})`);
  if (indices.type !== "int32" && indices.type !== "int64")
    throw new ShapeError(`Gather(${valueText(x)}): indices are ${indices.type}, not integers`);
  return emitOne("Gather", [x, indices], { axis: at }, x.type, [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)]);
}

/** One element of x for each index along an axis; indices have x's shape outside that axis. */
export function gatherElements(x: Value, indices: Value, axis: number): Value {
  const at = axisOf(axis, x.shape.length, `GatherElements(${valueText(x)})`);
  const fits = indices.shape.length === x.shape.length && indices.shape.every((dim, i) => i === at || dim === x.shape[i]);
  if (!fits) throw new ShapeError(`GatherElements(${valueText(x)}, ${valueText(indices)}): the shapes differ outside axis ${axis}`);
  return emitOne("GatherElements", [x, indices], { axis: at }, x.type, indices.shape);
}

/** x with updates added at the indices along an axis; several updates of one place add up. */
export function scatterElements(x: Value, indices: Value, updates: Value, axis: number): Value {
  const at = axisOf(axis, x.shape.length, `ScatterElements(${valueText(x)})`);
  if (!sameShape(indices.shape, updates.shape))
    throw new ShapeError(`ScatterElements(${valueText(indices)}, ${valueText(updates)}): the shapes differ`);
  return emitOne("ScatterElements", [x, indices, updates], { axis: at, reduction: "add" }, x.type, x.shape);
}

/** Zeros [rows, ...] with the update rows added at integer positions of axis 0: indices [...], updates [..., *row]. */
export function scatterRows(rows: Dim, indices: Value, updates: Value): Value {
  const lead = indices.shape.length;
  if (!sameShape(updates.shape.slice(0, lead), indices.shape)) {
    throw new ShapeError(`ScatterND(${valueText(indices)}, ${valueText(updates)}): there must be one row for each index`);
  }
  const graph: Graph = updates.graph;
  const base = filled(graph, updates.type, [rows, ...updates.shape.slice(lead)], 0);
  const places = unsqueeze(indices.type === "int64" ? indices : emitOne("Cast", [indices], { to: "int64" }, "int64", indices.shape), lead);
  return emitOne("ScatterND", [base, places, updates], { reduction: "add" }, updates.type, base.shape);
}

/** 0, 1, .., size - 1 as int32. */
export function range(graph: Graph, size: Dim): Value {
  if (typeof size === "number") return graph.constant("int32", [size], [...Array(size).keys()]);
  const dimension = graph.dimension(size);
  if (!dimension) throw new ShapeError(`Range: the size ${size} is not known: no input of the graph has it`);
  const limit = emitOne(
    "Squeeze",
    [emitOne("Cast", [dimension], { to: "int32" }, "int32", [1]), graph.constant("int64", [1], [0])],
    {},
    "int32",
    [],
  );
  const zero = graph.constant("int32", [], [0]);
  const one = graph.constant("int32", [], [1]);
  return emitOne("Range", [zero, limit, one], {}, "int32", [size]);
}
