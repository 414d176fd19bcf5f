import type { Value } from "../ir.ts";
import { mul } from "../ops/elementwise.ts";
import { gemm, matmul } from "../ops/matmul.ts";
import { reshape, transpose } from "../ops/movement.ts";
import { sumTo } from "../ops/reduce.ts";
import { product } from "../shape.ts";
import type { Rule, RulesOf } from "./rule.ts";

const scaled = (x: Value, factor: number): Value => (factor === 1 ? x : mul(x, factor));

/** A^T G for matrices. An A from around the loop in which G is computed is transposed once, outside. */
const transposedTimes = (a: Value, g: Value): Value =>
  a.graph.depth < g.graph.depth ? matmul(transpose(a), g) : gemm(a, g, null, { transA: true });

/** Y = A B: dA = dY B^T, dB = A^T dY; a matrix B takes all leading axes of A as rows. */
const matmulRule: Rule = ({ inputs, gradients, needs }) => {
  const [a, b] = inputs as [Value, Value];
  const g = gradients[0]!;
  if (b.shape.length > 2) {
    return [needs[0] ? sumTo(matmul(g, transpose(b)), a.shape) : null, needs[1] ? sumTo(matmul(transpose(a), g), b.shape) : null];
  }
  const rows = product(a.shape.slice(0, -1));
  const [k, n] = b.shape;
  return [needs[0] ? matmul(g, transpose(b)) : null, needs[1] ? transposedTimes(reshape(a, [rows, k]), reshape(g, [rows, n])) : null];
};

/** Y = alpha A' B' + beta C, where A' and B' are transposed or not. */
const gemmRule: Rule = ({ node, inputs, gradients, needs }) => {
  const [a, b, c] = inputs as [Value, Value, Value | undefined];
  const g = gradients[0]!;
  const alpha = node.attributes.alpha as number;
  const beta = node.attributes.beta as number;
  const transA = node.attributes.transA === 1;
  const transB = node.attributes.transB === 1;
  const left = (): Value => {
    if (transA) return gemm(b, g, null, { alpha, transA: transB, transB: true });
    return transB ? gemm(g, b, null, { alpha }) : scaled(matmul(g, transpose(b)), alpha);
  };
  const right = (): Value => {
    if (transB) return gemm(g, a, null, { alpha, transA: true, transB: transA });
    return transA ? gemm(a, g, null, { alpha }) : scaled(transposedTimes(a, g), alpha);
  };
  return [needs[0] ? left() : null, needs[1] ? right() : null, c && needs[2] ? sumTo(scaled(g, beta), c.shape) : null];
};

export const matmulRules = { Gemm: gemmRule, MatMul: matmulRule, MatMulInteger: null, QuantizeLinear: null } satisfies RulesOf;
