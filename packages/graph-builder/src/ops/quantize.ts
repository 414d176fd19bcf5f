import { emitOne } from "../emit.ts";
import { type Value, isFloat, valueText } from "../ir.ts";
import { ShapeError } from "../shape.ts";

/** The eight-bit number that stands for zero: the middle of the range, so that what is quantised is symmetric. */
export const ZERO_POINT = 128;

/** min(max(round(x), -128), 127) + 128 as uint8, halves to even: of numbers that were scaled before. */
export function toUint8(x: Value): Value {
  if (!isFloat(x.type)) throw new ShapeError(`QuantizeLinear(${valueText(x)}): the operand is ${x.type}, no float`);
  const one = x.graph.constant(x.type, [], [1]);
  return emitOne("QuantizeLinear", [x, one, zeroPoint(x)], {}, "uint8", x.shape);
}

/** (a - 128) (b - 128) of uint8 matrices, exact in int32: a [M, K], b [K, N] -> [M, N]. */
export function matmulInteger(a: Value, b: Value): Value {
  const text = `MatMulInteger(${valueText(a)}, ${valueText(b)})`;
  if (a.type !== "uint8" || b.type !== "uint8") throw new ShapeError(`${text}: the operands must be uint8`);
  if (a.shape.length !== 2 || b.shape.length !== 2) throw new ShapeError(`${text}: the operands must be matrices`);
  const [rows, inner] = a.shape;
  const [other, columns] = b.shape;
  if (inner !== other) throw new ShapeError(`${text}: inner dimensions differ: ${inner} and ${other}`);
  return emitOne("MatMulInteger", [a, b, zeroPoint(a), zeroPoint(b)], {}, "int32", [rows, columns]);
}

const zeroPoint = (like: Value): Value => like.graph.constant("uint8", [], [ZERO_POINT]);
