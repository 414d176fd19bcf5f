import { emitOne } from "../emit.ts";
import { type Value, isFloat, valueText } from "../ir.ts";
import { ShapeError, broadcast } from "../shape.ts";

/** The eight-bit number that stands for zero: the middle of the range, so that what is quantised is symmetric. */
export const ZERO_POINT = 128;

/** min(max(round(x / step), -128), 127) + 128 as uint8, halves to even. */
export function toUint8(x: Value, step = 1): Value {
  if (!isFloat(x.type)) throw new ShapeError(`QuantizeLinear(${valueText(x)}): the operand is ${x.type}, no float`);
  return emitOne("QuantizeLinear", [x, x.graph.constant(x.type, [], [step]), zeroPoint(x)], {}, "uint8", x.shape);
}

/** (a - 128) (b - 128) of uint8 numbers, exact in int32: a [..., M, K], b [..., K, N], leading axes broadcast -> [..., M, N]. */
export function matmulInteger(a: Value, b: Value): Value {
  const text = `MatMulInteger(${valueText(a)}, ${valueText(b)})`;
  if (a.type !== "uint8" || b.type !== "uint8") throw new ShapeError(`${text}: the operands must be uint8`);
  if (a.shape.length < 2 || b.shape.length < 2) throw new ShapeError(`${text}: operands need two axes at least`);
  const inner = a.shape.at(-1)!;
  if (inner !== b.shape.at(-2)) throw new ShapeError(`${text}: inner dimensions differ: ${inner} and ${b.shape.at(-2)}`);
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (!batch) throw new ShapeError(`${text}: the leading dimensions do not broadcast`);
  return emitOne("MatMulInteger", [a, b, zeroPoint(a), zeroPoint(b)], {}, "int32", [...batch, a.shape.at(-2)!, b.shape.at(-1)!]);
}

const zeroPoint = (like: Value): Value => like.graph.constant("uint8", [], [ZERO_POINT]);
