import type { Node, Value } from "./ir.ts";
import { mul } from "./ops/elementwise.ts";
import { gemm, matmul } from "./ops/matmul.ts";
import { reshape, transpose } from "./ops/movement.ts";
import { product, sameShape } from "./shape.ts";

/**
 * Gradient, summed over all steps, of an operand that a matrix product in a loop's body takes from around the loop.
 * The other operand and the product's gradient come stacked over time [T, ...], and time becomes part of the inner dimension:
 * a weight gets one product with T*B rows; attention's keys [B, S, K] get one for each sentence.
 */
export function contractOverTime(node: Node, operand: number, other: Value, gradient: Value): Value {
  const captured = node.inputs[operand]!;
  if (node.op === "Gemm") return contractGemm(node, operand, other, gradient);
  if (captured.shape.length === 2 && operand === 1) {
    const x = reshape(other, [product(other.shape.slice(0, -1)), other.shape.at(-1)!]);
    const g = reshape(gradient, [product(gradient.shape.slice(0, -1)), gradient.shape.at(-1)!]);
    return gemm(x, g, null, { transA: true });
  }
  // Y = A B for every step. For A: sum over t of dY_t B_t^T; for B: sum over t of A_t^T dY_t.
  return operand === 0
    ? matmul(lastWithTime(gradient), transpose(lastWithTime(other)))
    : matmul(transpose(firstWithTime(other)), firstWithTime(gradient));
}

/** Whether this operand's gradient can be had outside the loop: a weight, or a batched operand that was not broadcast. */
contractOverTime.applies = (node: Node, operand: number): boolean => {
  const captured = node.inputs[operand]!;
  const other = node.inputs[1 - operand];
  if (operand > 1 || !other || captured === other) return false;
  if (node.op === "Gemm") return true;
  if (node.op !== "MatMul") return false;
  if (captured.shape.length === 2 && operand === 1) return true;
  return other.shape.length === captured.shape.length && sameShape(other.shape.slice(0, -2), captured.shape.slice(0, -2));
};

/** [T, ..., M, N] -> [..., T*M, N] */
function firstWithTime(x: Value): Value {
  const rank = x.shape.length;
  const [t, m, n] = [x.shape[0], x.shape[rank - 2], x.shape[rank - 1]];
  const batch = [...Array(rank - 3).keys()].map((i) => i + 1);
  return reshape(transpose(x, [...batch, 0, rank - 2, rank - 1]), [...x.shape.slice(1, -2), product([t, m]), n]);
}

/** [T, ..., M, N] -> [..., M, T*N] */
function lastWithTime(x: Value): Value {
  const rank = x.shape.length;
  const [t, m, n] = [x.shape[0], x.shape[rank - 2], x.shape[rank - 1]];
  const batch = [...Array(rank - 3).keys()].map((i) => i + 1);
  return reshape(transpose(x, [...batch, rank - 2, 0, rank - 1]), [...x.shape.slice(1, -2), m, product([t, n])]);
}

/** Y = alpha A' B' + beta C with a captured A or B; the stacked operands are [T, M, K] and the like. */
function contractGemm(node: Node, operand: number, other: Value, gradient: Value): Value {
  const { alpha, transA, transB } = node.attributes as { alpha: number; transA: number; transB: number };
  const [m, n] = node.outputs[0].shape;
  const k = node.inputs[0]!.shape[transA ? 0 : 1];
  const rows = (x: Value): Value => reshape(x, [product(x.shape.slice(0, -1)), x.shape.at(-1)!]);
  if (operand === 1) {
    // dB' = A'^T dY over all rows; A' is [M, K].
    const left = rows(transA ? transpose(other, [0, 2, 1]) : other);
    const g = rows(gradient);
    return transB ? gemm(g, left, null, { alpha, transA: true }) : gemm(left, g, null, { alpha, transA: true });
  }
  // dA' = dY B'^T, time beside N: [M, T*N] x [T*N, K].
  const wide = reshape(transpose(gradient, [1, 0, 2]), [m, product([gradient.shape[0], n])]);
  const tall = reshape(transB ? other : transpose(other, [0, 2, 1]), [product([other.shape[0], n]), k]);
  const result = mul(matmul(wide, tall), alpha);
  return transA ? transpose(result) : result;
}
