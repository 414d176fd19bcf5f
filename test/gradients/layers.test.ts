import {
  type Value,
  crossEntropy,
  div,
  dropout,
  embedding,
  lastStep,
  linear,
  matmul,
  mul,
  reverseByLength,
  scan,
  swapBatchAndTime,
  tanh,
} from "@s2s/graph-builder";
import { describe, it } from "vitest";
import { type LayerCheck, checkLayer } from "../support/check-layer.ts";
import type { Tensor } from "../support/run-graph.ts";

const [T, B, E, H, V] = [5, 3, 4, 2, 7];
const int32 = (shape: number[], ...data: number[]): Tensor => ({ type: "int32", shape, data: Int32Array.from(data) });
const lengths = { ...int32([B], 5, 2, 4), declared: ["B"] };
const ids = { ...int32([T, B], 6, 1, 3, 3, 0, 2, 1, 5, 3, 3, 3, 4, 0, 2, 2), declared: ["T", "B"] };

const targets = { ...int32([6], 3, 0, 6, 1, 0, 3), declared: ["N"] };
const loss =
  (smoothing: number) =>
  (_: unknown, [logits]: Value[], others: Record<string, Value>): Value[] => {
    const { sum, count } = crossEntropy(logits, others.targets, smoothing);
    return [sum, div(sum, count)];
  };

const checks: Record<string, LayerCheck> = {
  embedding: { shapes: [], others: { ids }, build: (scope, _, given) => embedding(scope, V, E)(given.ids) },
  linear: { shapes: [[T, B, E]], declared: [["T", "B", E]], build: (scope, [x]) => linear(scope, E, H)(x) },
  dropout: {
    shapes: [[T, B, E]],
    declared: [["T", "B", E]],
    others: { seed: int32([], 11) },
    options: ({ seed }) => ({ dropout: { rate: 0.3, seed } }),
    build: (scope, [x]) => dropout(scope, x),
  },
  "the last step of each sequence": {
    shapes: [[T, B, E]],
    declared: [["T", "B", E]],
    others: { lengths },
    build: (_, [x], given) => lastStep(x, given.lengths),
  },
  "each sequence reversed by its own length": {
    shapes: [[T, B, E]],
    declared: [["T", "B", E]],
    others: { lengths },
    build: (_, [x], given) => reverseByLength(x, given.lengths),
  },
  "batch and time exchanged": { shapes: [[T, B, E]], build: (_, [x]) => swapBatchAndTime(x) },
  "cross-entropy": { shapes: [[6, V]], declared: [["N", V]], others: { targets }, build: loss(0), low: -3, high: 3 },
  "cross-entropy, smoothed": { shapes: [[6, V]], declared: [["N", V]], others: { targets }, build: loss(0.1), low: -3, high: 3 },
  "cross-entropy in a loop, whose attached gradient is computed in the loop back": {
    shapes: [
      [T, 6, E],
      [6, V],
      [E, V],
    ],
    declared: [
      ["T", "N", E],
      ["N", V],
      [E, V],
    ],
    others: { targets },
    build: (_, [xs, h0, w], given) => {
      const { states, outputs } = scan(
        ([h], [x]) => {
          const alone = crossEntropy(matmul(x, w), given.targets, 0.1);
          const carried = crossEntropy(h, given.targets);
          return { states: [tanh(mul(h, alone.sum))], outputs: [carried.sum, alone.sum] };
        },
        [h0],
        [xs],
      );
      return [...states, ...outputs];
    },
  },
};

describe("gradients of layers and losses, with respect to inputs and parameters", () => {
  for (const [name, check] of Object.entries(checks)) {
    it(name, () => checkLayer(check));
  }
});
