import {
  type Value,
  add,
  div,
  gemm,
  greater,
  layerNormalization,
  matmul,
  maximum,
  mul,
  reduceSum,
  scan,
  sigmoid,
  softmax,
  sub,
  tanh,
  transpose,
  unsqueeze,
  where,
} from "@s2s/graph-builder";
import { describe, it } from "vitest";
import { type GradientCheck, checkGradient } from "../support/check-gradient.ts";

const [T, B, E, H, S] = [5, 2, 3, 4, 6];

/** The state after every step of a loop with one state, and the last. */
function recurrence(step: (h: Value, x: Value) => Value, h0: Value, xs: Value): Value[] {
  const { states, outputs } = scan(
    ([h], [x]) => {
      const next = step(h, x);
      return { states: [next], outputs: [next] };
    },
    [h0],
    [xs],
  );
  return [...outputs, ...states];
}

/** What the loop takes from around it as an operand of Gemm, on either side, in every transposition. */
function gemms(): Record<string, GradientCheck> {
  const checks: Record<string, GradientCheck> = {};
  for (const transA of [false, true]) {
    for (const transB of [false, true]) {
      const text = `${transA ? "A'" : "A"} ${transB ? "B'" : "B"}`;
      checks[`Gemm, right operand, ${text}`] = {
        shapes: [[T, ...(transA ? [H, B] : [B, H])], transA ? [H, B] : [B, H], transB ? [E, H] : [H, E], [E, H]],
        build: ([xs, h0, w, v]) =>
          recurrence(
            (h, x) => {
              const y = matmul(gemm(h, w, null, { alpha: 0.7, transA, transB }), v);
              return tanh(add(transA ? transpose(y) : y, x));
            },
            h0,
            xs,
          ),
      };
      checks[`Gemm, left operand and a row added, ${text}`] = {
        shapes: [[T, ...(transB ? [B, H] : [H, B])], transB ? [B, H] : [H, B], transA ? [H, E] : [E, H], [H, E], [B]],
        build: ([xs, h0, w, v, c]) =>
          recurrence(
            (h, x) => {
              const y = matmul(v, gemm(w, h, c, { alpha: 0.7, beta: 0.3, transA, transB }));
              return tanh(add(transB ? transpose(y) : y, x));
            },
            h0,
            xs,
          ),
      };
    }
  }
  return checks;
}

const products: Record<string, GradientCheck> = {
  "MatMul, a weight on the left": {
    shapes: [
      [T, E, B],
      [H, B],
      [H, E],
      [H, H],
    ],
    build: ([xs, h0, w, u]) => recurrence((h, x) => tanh(add(matmul(w, x), matmul(u, h))), h0, xs),
  },
  "Gemm of two outer matrices, the state added": {
    shapes: [
      [T, B, H],
      [B, H],
      [B, E],
      [E, H],
    ],
    build: ([xs, h0, w, v]) => recurrence((h, x) => tanh(add(gemm(w, v, h), x)), h0, xs),
  },
  "batched on the right, as attention's keys and values": {
    shapes: [
      [T, B, 1, H],
      [B, 1, H],
      [B, H, S],
      [B, S, E],
      [E, H],
    ],
    build: ([xs, h0, keys, values, w]) =>
      recurrence((h, x) => tanh(add(matmul(matmul(softmax(matmul(add(h, x), keys)), values), w), x)), h0, xs),
  },
  "batched on the left": {
    shapes: [
      [T, B, H, 1],
      [B, H, 1],
      [B, S, H],
      [B, H, S],
    ],
    build: ([xs, h0, a, b]) => recurrence((h, x) => tanh(add(matmul(b, sigmoid(matmul(a, h))), x)), h0, xs),
  },
  "batches that broadcast, on either side": {
    shapes: [
      [T, B, 1, H],
      [B, 1, H],
      [1, H, E],
      [7, E, H],
      [7, 1, 8, 1],
    ],
    build: ([xs, h0, one, many, left]) =>
      recurrence(
        (h, x) => {
          const wide = matmul(unsqueeze(matmul(h, one), 0), unsqueeze(many, 1));
          return tanh(add(x, unsqueeze(reduceSum(matmul(left, wide), [0, 2]), 1)));
        },
        h0,
        xs,
      ),
  },
  "one matrix as a product's operand, transposed, and elementwise": {
    shapes: [
      [T, H, H],
      [H, H],
      [H, H],
    ],
    build: ([xs, h0, w]) => [...recurrence((h, x) => tanh(add(mul(matmul(h, w), w), matmul(x, transpose(w)))), h0, xs), matmul(w, w)],
  },
};

const elementwise: Record<string, GradientCheck> = {
  "values of every rank, accumulated": {
    shapes: [[T, B, H], [B, H], [H], [B, 1], [1], [B, H], []],
    low: 0.2,
    high: 1.2,
    build: ([xs, h0, a, b, c, d, e]) =>
      recurrence(
        (h, x) => {
          const y = div(add(mul(h, a), mul(b, x)), c);
          const z = where(greater(y, 1), mul(y, d), sub(d, y));
          return mul(maximum(z, mul(a, 0.3)), e);
        },
        h0,
        xs,
      ),
  },
  "layer normalisation": {
    shapes: [[T, B, H], [B, H], [H], [H]],
    build: ([xs, h0, scale, bias]) => recurrence((h, x) => layerNormalization(add(h, x), scale, bias), h0, xs),
  },
  "symbolic sizes": {
    shapes: [[T, B, H], [B, H], [H], [B, 1]],
    declared: [["T", "B", H], ["B", H], [H], ["B", 1]],
    build: ([xs, h0, a, b]) => recurrence((h, x) => tanh(add(mul(h, a), mul(b, x))), h0, xs),
  },
};

describe("gradients of what a scan's step takes from around it", () => {
  for (const [name, check] of Object.entries({ ...gemms(), ...products, ...elementwise })) {
    it(name, () => checkGradient(check));
  }
});
