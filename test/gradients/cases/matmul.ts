import { type Value, gemm, matmul } from "@s2s/graph-builder";
import type { GradientCheck } from "../../support/check-gradient.ts";
import type { OperatorCases } from "./case.ts";

const product = (a: number[], b: number[], declared?: GradientCheck["declared"]): GradientCheck => ({
  shapes: [a, b],
  declared,
  build: ([x, y]) => matmul(x, y),
});

const [M, K, N] = [2, 3, 4];

/** Every transposition, with C lacking, whole, a row, a column, a number. */
function gemms(): Record<string, GradientCheck> {
  const thirds: Record<string, number[] | null> = {
    "no C": null,
    "C whole": [M, N],
    "C a row": [N],
    "C a column": [M, 1],
    "C a number": [],
  };
  const cases: Record<string, GradientCheck> = {};
  for (const transA of [false, true]) {
    for (const transB of [false, true]) {
      for (const [text, c] of Object.entries(thirds)) {
        cases[`${transA ? "A'" : "A"} ${transB ? "B'" : "B"}, ${text}`] = {
          shapes: [transA ? [K, M] : [M, K], transB ? [N, K] : [K, N], ...(c ? [c] : [])],
          build: ([x, y, z]: (Value | undefined)[]) => gemm(x!, y!, z ?? null, { transA, transB, alpha: 0.7, beta: 0.3 }),
        };
      }
    }
  }
  return cases;
}

export const matmulCases = {
  Gemm: {
    ...gemms(),
    "alpha and beta 1": {
      shapes: [
        [M, K],
        [K, N],
        [1, N],
      ],
      build: ([a, b, c]) => gemm(a, b, c),
    },
    "symbolic rows": {
      shapes: [[M, K], [K, N], [N]],
      declared: [["B", K], [K, N], [N]],
      build: ([a, b, c]) => gemm(a, b, c),
    },
    "one matrix twice": { shapes: [[3, 3]], build: ([a]) => gemm(a, a, a, { transB: true }) },
  },
  MatMul: {
    "2-D by 2-D": product([2, 3], [3, 4]),
    "3-D by 2-D": product([5, 2, 3], [3, 4]),
    "4-D by 2-D": product([6, 5, 2, 3], [3, 4]),
    "2-D by 3-D": product([2, 3], [5, 3, 4]),
    "2-D by 4-D": product([2, 3], [6, 5, 3, 4]),
    "3-D by 3-D": product([5, 2, 3], [5, 3, 4]),
    "3-D by 3-D, the left batch broadcast": product([1, 2, 3], [5, 3, 4]),
    "3-D by 3-D, the right batch broadcast": product([5, 2, 3], [1, 3, 4]),
    "3-D by 4-D": product([5, 2, 3], [6, 5, 3, 4]),
    "4-D by 3-D": product([6, 5, 2, 3], [5, 3, 4]),
    "4-D by 4-D, both batches broadcast": product([6, 1, 2, 3], [1, 5, 3, 4]),
    "symbolic batch and time, a weight": product(
      [5, 2, 3],
      [3, 4],
      [
        ["T", "B", 3],
        [3, 4],
      ],
    ),
    "symbolic attention": product(
      [5, 1, 3],
      [5, 3, 7],
      [
        ["B", 1, 3],
        ["B", 3, "S"],
      ],
    ),
    "symbolic, the right batch broadcast": product(
      [5, 2, 3],
      [1, 3, 4],
      [
        ["B", "T", 3],
        [1, 3, 4],
      ],
    ),
    "one matrix twice": { shapes: [[3, 3]], build: ([a]) => matmul(a, a) },
  },
} satisfies OperatorCases;
