import { emitOne } from "../emit.ts";
import { type Value, valueText } from "../ir.ts";
import { ShapeError, broadcast } from "../shape.ts";

/** Matrix product over the last two axes, leading ones broadcast: a [..., M, K] x b [..., K, N] -> [..., M, N]. */
export function matmul(a: Value, b: Value): Value {
  const text = `MatMul(${valueText(a)}, ${valueText(b)})`;
  if (a.type !== b.type) throw new ShapeError(`${text}: element types differ: ${a.type} and ${b.type}`);
  if (a.shape.length < 2 || b.shape.length < 2) throw new ShapeError(`${text}: operands need two axes at least`);
  const inner = a.shape.at(-1)!;
  if (inner !== b.shape.at(-2)) throw new ShapeError(`${text}: inner dimensions differ: ${inner} and ${b.shape.at(-2)}`);
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (!batch) throw new ShapeError(`${text}: the leading dimensions do not broadcast`);
  return emitOne("MatMul", [a, b], {}, a.type, [...batch, a.shape.at(-2)!, b.shape.at(-1)!]);
}

export interface GemmOptions {
  readonly alpha?: number;
  readonly beta?: number;
  readonly transA?: boolean;
  readonly transB?: boolean;
}

/** alpha op(a) op(b) + beta c for matrices; c broadcasts to the result, op transposes where asked: a [M, K], b [K, N], c -> [M, N]. */
export function gemm(a: Value, b: Value, c: Value | null = null, options: GemmOptions = {}): Value {
  const { alpha = 1, beta = 1, transA = false, transB = false } = options;
  const text = `Gemm(${[a, b, ...(c ? [c] : [])].map(valueText).join(", ")}${transA ? ", transA" : ""}${transB ? ", transB" : ""})`;
  if (a.shape.length !== 2 || b.shape.length !== 2) throw new ShapeError(`${text}: operands must be matrices`);
  if (a.type !== b.type || (c && c.type !== a.type)) throw new ShapeError(`${text}: element types differ`);
  const [m, k] = transA ? [a.shape[1], a.shape[0]] : a.shape;
  const [inner, n] = transB ? [b.shape[1], b.shape[0]] : b.shape;
  if (k !== inner) throw new ShapeError(`${text}: inner dimensions differ: ${k} and ${inner}`);
  if (c && broadcast(c.shape, [m, n])?.join() !== [m, n].join())
    throw new ShapeError(`${text}: the third operand does not broadcast to [${m}, ${n}]`);
  // ONNX keeps attributes as float32: rounded here, so that the gradient scales by the same numbers.
  const scales = { alpha: Math.fround(alpha), beta: Math.fround(beta) };
  return emitOne("Gemm", c ? [a, b, c] : [a, b], { ...scales, transA: Number(transA), transB: Number(transB) }, a.type, [m, n]);
}
