import {
  type Value,
  cumulativeSum,
  layerNormalization,
  logSoftmaxFused,
  mean,
  reduceLogSumExp,
  reduceMax,
  reduceMean,
  reduceSum,
  reduceSumSquare,
  reshape,
  softmax,
} from "@s2s/graph-builder";
import type { GradientCheck } from "../../support/check-gradient.ts";
import type { OperatorCases } from "./case.ts";

type Reduce = (x: Value, axes?: number[] | null, keep?: boolean) => Value;

const reduction = (reduce: Reduce): Record<string, GradientCheck> => {
  const of = (axes: number[] | null, keep: boolean): GradientCheck => ({ shapes: [[2, 3, 4]], build: ([x]) => reduce(x, axes, keep) });
  return {
    "all axes": of(null, false),
    "all axes, kept": of(null, true),
    "the first axis": of([0], false),
    "an inner axis, kept": of([1], true),
    "the last axis, negative": of([-1], false),
    "several axes, not in order": of([2, 0], false),
    "several axes, negative, kept": of([-1, -2], true),
    "a symbolic axis": { shapes: [[5, 2, 3]], declared: [["T", "B", 3]], build: ([x]) => reduce(x, [0]) },
    "symbolic axes, kept": { shapes: [[5, 2, 3]], declared: [["T", "B", 3]], build: ([x]) => reduce(x, [0, 1], true) },
    "a symbolic axis and a number": { shapes: [[5, 2, 3]], declared: [["T", "B", 3]], build: ([x]) => reduce(x, [0, -1]) },
    "everything symbolic": { shapes: [[5, 2]], declared: [["T", "B"]], build: ([x]) => reduce(x) },
  };
};

const alongAxis = (build: (x: Value, axis?: number) => Value): Record<string, GradientCheck> => ({
  "the last axis": { shapes: [[2, 3, 4]], build: ([x]) => build(x), low: -3, high: 3 },
  "an inner axis": { shapes: [[2, 3, 4]], build: ([x]) => build(x, 1), low: -3, high: 3 },
  "the first axis, negative": { shapes: [[2, 3, 4]], build: ([x]) => build(x, -3), low: -3, high: 3 },
  "a symbolic axis": { shapes: [[5, 2, 3]], declared: [["T", "B", 3]], build: ([x]) => build(x, 0), low: -3, high: 3 },
});

export const reduceCases = {
  CumSum: {
    "from the start": { shapes: [[2, 5]], build: ([x]) => cumulativeSum(x, -1) },
    "from the end of the first axis": { shapes: [[3, 2]], build: ([x]) => cumulativeSum(x, 0, true) },
  },
  LayerNormalization: {
    "two axes": { shapes: [[3, 5], [5], [5]], build: ([x, scale, bias]) => layerNormalization(x, scale, bias) },
    "four axes, a large epsilon": {
      shapes: [[2, 3, 4, 5], [5], [5]],
      build: ([x, scale, bias]) => layerNormalization(x, scale, bias, 0.1),
    },
    "symbolic axes": {
      shapes: [[5, 2, 3], [3], [3]],
      declared: [["T", "B", 3], [3], [3]],
      build: ([x, scale, bias]) => layerNormalization(x, scale, bias),
    },
  },
  LogSoftmax: alongAxis(logSoftmaxFused),
  ReduceLogSumExp: reduction(reduceLogSumExp),
  ReduceMax: reduction(reduceMax),
  ReduceMean: {
    ...reduction(reduceMean),
    "axes that were merged": {
      shapes: [[5, 2, 3]],
      declared: [["T", "B", 3]],
      build: ([x]) => reduceMean(reshape(x, ["B*T", 3]), [0]),
    },
  },
  ReduceSum: {
    ...reduction(reduceSum),
    "as a mean, by a count known at run time": { shapes: [[5, 2, 3]], declared: [["T", "B", 3]], build: ([x]) => mean(x) },
  },
  ReduceSumSquare: reduction(reduceSumSquare),
  Softmax: alongAxis(softmax),
} satisfies OperatorCases;
