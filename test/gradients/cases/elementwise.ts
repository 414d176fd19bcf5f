import {
  type Value,
  abs,
  add,
  cast,
  clip,
  div,
  exp,
  greater,
  identity,
  log,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  reciprocal,
  relu,
  sigmoid,
  sqrt,
  sub,
  sumOf,
  tanh,
  where,
} from "@s2s/graph-builder";
import type { GradientCheck } from "../../support/check-gradient.ts";
import type { OperatorCases } from "./case.ts";

type Range = Pick<GradientCheck, "low" | "high">;
const positive: Range = { low: 0.3, high: 1.7 };

const unary = (build: (x: Value) => Value, range: Range = {}): Record<string, GradientCheck> => ({
  "three axes": { shapes: [[2, 3, 4]], build: ([x]) => build(x), ...range },
  "a scalar": { shapes: [[]], build: ([x]) => build(x), ...range },
  "symbolic axes": { shapes: [[2, 3]], declared: [["B", "T"]], build: ([x]) => build(x), ...range },
});

/** Broadcasting in either direction and in both at once, over lacking axes and over axes of size 1. */
const binary = (build: (a: Value, b: Value) => Value, range: Range = {}): Record<string, GradientCheck> => {
  const pair = (a: number[], b: number[]): GradientCheck => ({ shapes: [a, b], build: ([x, y]) => build(x, y), ...range });
  return {
    "equal shapes": pair([2, 3, 4], [2, 3, 4]),
    "the right one lacks axes": pair([2, 3, 4], [3, 4]),
    "the left one lacks axes": pair([4], [2, 3, 4]),
    "a scalar on the right": pair([2, 3], []),
    "a scalar on the left": pair([], [2, 3]),
    "axes of size 1 on both sides": pair([2, 1, 4], [3, 1]),
    "an axis of size 1 inside": pair([2, 3, 4, 5], [2, 1, 4, 1]),
    "symbolic axes": {
      shapes: [
        [2, 1, 4],
        [3, 4],
      ],
      declared: [
        ["B", 1, 4],
        ["T", 4],
      ],
      build: ([x, y]) => build(x, y),
      ...range,
    },
  };
};

export const elementwiseCases = {
  Abs: unary(abs),
  Add: { ...binary(add), "one value twice": { shapes: [[2, 3]], build: ([x]) => add(x, x) } },
  Cast: { "to float32": { shapes: [[2, 3]], build: ([x]) => cast(x, "float32"), exact: true } },
  Clip: {
    "both bounds reached": { shapes: [[3, 4, 5]], build: ([x]) => clip(x, -0.5, 0.25) },
    "symbolic axes": { shapes: [[3, 4]], declared: [["B", "T"]], build: ([x]) => clip(x, -0.25, 0.5) },
  },
  Div: binary(div, positive),
  Exp: unary(exp),
  Identity: unary(identity),
  Log: unary(log, positive),
  Max: binary(maximum),
  Min: binary(minimum),
  Mul: { ...binary(mul), "one value twice": { shapes: [[2, 3]], build: ([x]) => mul(x, x) } },
  Neg: unary(neg),
  Pow: {
    ...binary(pow, positive),
    "one value twice": { shapes: [[2, 3]], build: ([x]) => pow(x, x), ...positive },
    "a negative base and a number": { shapes: [[2, 3]], build: ([x]) => pow(x, 3), low: -1.5, high: -0.5 },
  },
  Reciprocal: unary(reciprocal, positive),
  Relu: unary(relu),
  Sigmoid: unary(sigmoid, { low: -4, high: 4 }),
  Sqrt: unary(sqrt, positive),
  Sub: binary(sub),
  Sum: {
    "three operands": {
      shapes: [
        [2, 3],
        [2, 3],
        [2, 3],
      ],
      build: ([a, b, c]) => sumOf([a, b, c]),
    },
    "one operand three times": { shapes: [[2, 3]], build: ([a]) => sumOf([a, a, a]) },
  },
  Tanh: unary(tanh, { low: -3, high: 3 }),
  Where: {
    ...binary((a, b) => where(greater(a, b), mul(a, a), mul(b, 3))),
    "the condition broadcast": {
      shapes: [
        [2, 3, 4],
        [3, 4],
      ],
      others: { mask: { type: "bool", shape: [2, 1, 4], data: Uint8Array.of(1, 0, 0, 1, 0, 1, 1, 0) } },
      build: ([a, b], { mask }) => where(mask, a, b),
    },
    "operands broadcast to the condition": {
      shapes: [[4], [3, 1]],
      others: { mask: { type: "bool", shape: [2, 3, 4], data: Uint8Array.from({ length: 24 }, (_, i) => Number(i % 5 < 2)) } },
      build: ([a, b], { mask }) => where(mask, a, b),
    },
    "a number on one side": {
      shapes: [[3, 4]],
      others: { mask: { type: "bool", shape: [4], data: Uint8Array.of(1, 0, 0, 1) } },
      build: ([a], { mask }) => where(mask, -1, a),
    },
  },
} satisfies OperatorCases;
