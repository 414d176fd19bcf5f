import { emitOne, innermost } from "../emit.ts";
import { type ElementType, type Value, isFloat, valueText } from "../ir.ts";
import type { Operator } from "../operators.ts";
import { ShapeError, broadcast } from "../shape.ts";

/** An operand: a value, or a number that takes the other operand's element type. */
export type Operand = Value | number;

type Binary = "Add" | "Sub" | "Mul" | "Div" | "Mod" | "Pow" | "Max" | "Min" | "BitwiseXor";
type Comparison = "Equal" | "Less" | "Greater" | "GreaterOrEqual";
type Unary = Extract<Operator, "Abs" | "Exp" | "Identity" | "Log" | "Neg" | "Reciprocal" | "Relu" | "Sigmoid" | "Sign" | "Sqrt" | "Tanh">;

/** A constant scalar of the element type, and in the model, of `like`. */
export function scalar(like: Value, number: number): Value {
  return like.graph.constant(like.type, [], [number]);
}

function pair(op: string, a: Operand, b: Operand): [Value, Value] {
  if (typeof a === "number") {
    if (typeof b === "number") throw new ShapeError(`${op}(${a}, ${b}): one operand must be a value`);
    return [scalar(b, a), b];
  }
  const right = typeof b === "number" ? scalar(a, b) : b;
  if (a.type !== right.type)
    throw new ShapeError(`${op}(${valueText(a)}, ${valueText(right)}): element types differ: ${a.type} and ${right.type}`);
  return [a, right];
}

function apply(op: Binary | Comparison | "And", a: Operand, b: Operand, type?: ElementType): Value {
  const [x, y] = pair(op, a, b);
  const shape = broadcast(x.shape, y.shape);
  if (!shape) throw new ShapeError(`${op}(${valueText(x)}, ${valueText(y)}): the shapes do not broadcast`);
  return emitOne(op, [x, y], {}, type ?? x.type, shape);
}

const unary =
  (op: Unary) =>
  (x: Value): Value =>
    emitOne(op, [x], {}, x.type, x.shape);
const binary =
  (op: Binary) =>
  (a: Operand, b: Operand): Value =>
    apply(op, a, b);
const comparison =
  (op: Comparison) =>
  (a: Operand, b: Operand): Value =>
    apply(op, a, b, "bool");

/** Binary operators broadcast as NumPy does; a number takes the other operand's type. */
export const add = binary("Add");
export const sub = binary("Sub");
export const mul = binary("Mul");
export const div = binary("Div");
/** The remainder of integers, which has the divisor's sign. */
export const mod = binary("Mod");
export const pow = binary("Pow");
export const maximum = binary("Max");
export const minimum = binary("Min");
/** Of integers. */
export const bitwiseXor = binary("BitwiseXor");

/** Comparisons give booleans. */
export const equal = comparison("Equal");
export const less = comparison("Less");
export const greater = comparison("Greater");
export const greaterOrEqual = comparison("GreaterOrEqual");
export const and = (a: Value, b: Value): Value => apply("And", a, b, "bool");
export const not = (x: Value): Value => emitOne("Not", [x], {}, "bool", x.shape);

export const abs = unary("Abs");
export const exp = unary("Exp");
/** A copy: where ONNX wants another name for the same numbers. */
export const identity = unary("Identity");
export const log = unary("Log");
export const neg = unary("Neg");
export const reciprocal = unary("Reciprocal");
export const relu = unary("Relu");
/** 1 / (1 + exp(-x)) */
export const sigmoid = unary("Sigmoid");
export const sign = unary("Sign");
export const sqrt = unary("Sqrt");
export const tanh = unary("Tanh");

/** x^2 */
export const square = (x: Value): Value => mul(x, x);

export function cast(x: Value, type: ElementType): Value {
  return x.type === type ? x : emitOne("Cast", [x], { to: type }, type, x.shape);
}

/** Bits of an unsigned x moved by `bits` places; vacated places are zero. */
export function shiftRight(x: Value, bits: number): Value {
  return emitOne("BitShift", [x, scalar(x, bits)], { direction: "RIGHT" }, x.type, x.shape);
}

/** Elementwise: a where the condition holds, b elsewhere; all three broadcast. */
export function where(condition: Value, a: Operand, b: Operand): Value {
  const [x, y] = pair("Where", a, b);
  const values = broadcast(x.shape, y.shape);
  const shape = values && broadcast(condition.shape, values);
  if (condition.type !== "bool") throw new ShapeError(`Where(${valueText(condition)}): the condition is ${condition.type}, not bool`);
  if (!shape) throw new ShapeError(`Where(${valueText(condition)}, ${valueText(x)}, ${valueText(y)}): the shapes do not broadcast`);
  return emitOne("Where", [condition, x, y], {}, x.type, shape);
}

/** min(max(x, low), high) */
export function clip(x: Value, low: number, high: number): Value {
  if (!(low <= high)) throw new ShapeError(`Clip(${valueText(x)}): low ${low} is above high ${high}`);
  return emitOne("Clip", [x, scalar(x, low), scalar(x, high)], {}, x.type, x.shape);
}

/** Sum of values of one shape, in one node. */
export function sumOf(values: readonly Value[]): Value {
  if (values.length === 1) return values[0];
  if (values.length === 2) return add(values[0], values[1]);
  innermost(values, "Sum");
  for (const value of values) {
    if (!isFloat(value.type) || value.shape.join() !== values[0].shape.join()) {
      throw new ShapeError(`Sum(${values.map(valueText).join(", ")}): the operands must be floats of one shape`);
    }
  }
  return emitOne("Sum", values, {}, values[0].type, values[0].shape);
}
