import { emitOne } from "../emit.ts";
import type { Graph, Value } from "../ir.ts";
import { type Dim, type Shape, ShapeError, factors, terms } from "../shape.ts";

/** The end of an axis, as ONNX's Slice has it. */
export const END = 2 ** 31 - 1;

export const int64 = (graph: Graph, numbers: readonly number[]): Value => graph.constant("int64", [numbers.length], numbers);

/** A shape as an int64 tensor; symbols are read off the graph's inputs. */
export function shapeValue(graph: Graph, shape: Shape): Value {
  if (shape.every((dim) => typeof dim === "number")) return int64(graph, shape);
  const parts = shape.map((dim) => sizeOf(graph, dim));
  return parts.length === 1 ? parts[0] : emitOne("Concat", parts, { axis: 0 }, "int64", [shape.length]);
}

/** A dimension's size as int64 [1]; products and sums are worked out. */
export function sizeOf(graph: Graph, dim: Dim): Value {
  const size = graph.dimension(dim);
  if (size) return size;
  const combined = (op: "Add" | "Mul", parts: Shape): Value =>
    parts.map((part) => sizeOf(graph, part)).reduce((a, b) => emitOne(op, [a, b], {}, "int64", [1]));
  const summands = terms(dim);
  if (summands.length > 1) return combined("Add", summands);
  const parts = factors(String(dim));
  if (parts.length === 1) throw new ShapeError(`the size ${dim} is not known: no input of the graph has it`);
  return combined(
    "Mul",
    parts.map((part) => (Number.isInteger(Number(part)) ? Number(part) : part)),
  );
}
