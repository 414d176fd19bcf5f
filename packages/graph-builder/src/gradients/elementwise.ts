import { and, cast, div, greater, greaterOrEqual, log, mul, neg, pow, sign, square, sub, where } from "../ops/elementwise.ts";
import { sumTo } from "../ops/reduce.ts";
import type { Value } from "../ir.ts";
import { type Rule, type RulesOf, binary, unary } from "./rule.ts";

/** What is inside [low, high] passes. */
const clipRule: Rule = ({ inputs, gradients }) => {
  const [x, low, high] = inputs as [Value, Value, Value];
  return [where(and(greaterOrEqual(x, low), greaterOrEqual(high, x)), gradients[0]!, 0), null, null];
};

const whereRule: Rule = ({ inputs, gradients, needs }) => {
  const [condition, a, b] = inputs as [Value, Value, Value];
  const g = gradients[0]!;
  return [null, needs[1] ? sumTo(where(condition, g, 0), a.shape) : null, needs[2] ? sumTo(where(condition, 0, g), b.shape) : null];
};

export const elementwiseRules = {
  Abs: unary((g, x) => mul(g, sign(x))),
  Add: binary(
    (g) => g,
    (g) => g,
  ),
  And: null,
  BitShift: null,
  BitwiseXor: null,
  Cast: unary((g, x) => cast(g, x.type)),
  Clip: clipRule,
  // d(a/b) = da / b - y db / b
  Div: binary(
    (g, _a, b) => div(g, b),
    (g, _a, b, y) => neg(div(mul(g, y), b)),
  ),
  Equal: null,
  Exp: unary((g, _x, y) => mul(g, y)),
  Greater: null,
  GreaterOrEqual: null,
  Identity: unary((g) => g),
  Less: null,
  Log: unary((g, x) => div(g, x)),
  // Equal operands: the first one counts.
  Max: binary(
    (g, a, b) => where(greaterOrEqual(a, b), g, 0),
    (g, a, b) => where(greaterOrEqual(a, b), 0, g),
  ),
  Min: binary(
    (g, a, b) => where(greaterOrEqual(b, a), g, 0),
    (g, a, b) => where(greaterOrEqual(b, a), 0, g),
  ),
  Mod: null,
  Mul: binary(
    (g, _a, b) => mul(g, b),
    (g, a) => mul(g, a),
  ),
  Neg: unary((g) => neg(g)),
  Not: null,
  // d(a^b) = b a^(b-1) da + a^b log(a) db
  Pow: binary(
    (g, a, b) => mul(g, mul(b, pow(a, sub(b, 1)))),
    (g, a, _b, y) => mul(g, mul(y, log(a))),
  ),
  // d(1/x) = -y^2 dx
  Reciprocal: unary((g, _x, y) => neg(mul(g, square(y)))),
  Relu: unary((g, _x, y) => where(greater(y, 0), g, 0)),
  // d sigmoid = y (1 - y)
  Sigmoid: unary((g, _x, y) => mul(g, mul(y, sub(1, y)))),
  Sign: null,
  // d sqrt(x) = dx / 2 y
  Sqrt: unary((g, _x, y) => div(mul(g, 0.5), y)),
  Sub: binary(
    (g) => g,
    (g) => neg(g),
  ),
  Sum: ({ inputs, gradients }) => inputs.map(() => gradients[0]),
  // d tanh = 1 - y^2
  Tanh: unary((g, _x, y) => mul(g, sub(1, square(y)))),
  Where: whereRule,
} satisfies RulesOf;
