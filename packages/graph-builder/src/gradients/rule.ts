import type { Value } from "../ir.ts";
import { filled } from "../ops/movement.ts";
import { sumTo } from "../ops/reduce.ts";
import type { Rule, Rules } from "../sweep.ts";

export type { Rule };

/** A part of the table: the parts together must name every operator. */
export type RulesOf = Partial<Rules>;

/** The numbers of an operand that is a constant. */
export const numbers = (value: Value | null): number[] => Array.from(value!.constant as ArrayLike<number | bigint>, Number);

export const zerosLike = (x: Value): Value => filled(x.graph, x.type, x.shape, 0);

/** One operand x, output y, gradient g of y. */
export const unary =
  (rule: (g: Value, x: Value, y: Value) => Value): Rule =>
  ({ inputs, outputs, gradients }) => [rule(gradients[0]!, inputs[0]!, outputs[0])];

type Side = (g: Value, a: Value, b: Value, y: Value) => Value;

/** Two operands that broadcast: each gradient is summed back to its operand's shape. */
export const binary =
  (left: Side, right: Side): Rule =>
  ({ inputs, outputs, gradients, needs }) =>
    [left, right].map((side, i) => (needs[i] ? sumTo(side(gradients[0]!, inputs[0]!, inputs[1]!, outputs[0]), inputs[i]!.shape) : null));
