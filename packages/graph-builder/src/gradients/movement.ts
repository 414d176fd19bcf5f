import { type Value, valueText } from "../ir.ts";
import { concat, filled, pad, reshape, slice, split, transpose } from "../ops/movement.ts";
import { sumTo } from "../ops/reduce.ts";
import { END } from "../ops/size.ts";
import { type Dim, ShapeError, sum } from "../shape.ts";
import { type Rule, type RulesOf, numbers, zerosLike } from "./rule.ts";

/** The gradient in the operand's shape: reshape, squeeze, unsqueeze. */
const reshaped: Rule = ({ inputs, gradients }) => [reshape(gradients[0]!, inputs[0]!.shape), null];

const concatRule: Rule = ({ node, inputs, gradients }) => {
  const axis = node.attributes.axis as number;
  return split(
    gradients[0]!,
    inputs.map((input) => input!.shape[axis]),
    axis,
  );
};

const splitRule: Rule = ({ node, inputs, outputs, gradients }) => [
  concat(
    gradients.map((gradient, i) => gradient ?? zerosLike(outputs[i])),
    node.attributes.axis as number,
    inputs[0]!.shape[node.attributes.axis as number],
  ),
  null,
];

/** The gradient of a part, with zeros around it. */
const sliceRule: Rule = ({ inputs, gradients }) => {
  const x = inputs[0]!;
  const [[start], [end], [axis]] = [numbers(inputs[1]), numbers(inputs[2]), numbers(inputs[3])];
  const dim = x.shape[axis];
  const g = gradients[0]!;
  const before = start < 0 ? sum([dim, start]) : start;
  const after = end >= END ? 0 : end < 0 ? -end : sum([dim, -end]);
  if (before === null || after === null) throw new ShapeError(`Slice(${valueText(x)}): the sizes around the part are not known`);
  if (typeof before === "number" && typeof after === "number") return [pad(g, axis, before, after, 0, dim), null, null, null];
  const zeros = (size: Dim): Value[] => (size === 0 ? [] : [filled(x.graph, x.type, x.shape.with(axis, size), 0)]);
  return [concat([...zeros(before), g, ...zeros(after)], axis, dim), null, null, null];
};

const padRule: Rule = ({ inputs, gradients }) => {
  const x = inputs[0]!;
  const sides = numbers(inputs[1]);
  const inner = x.shape.reduce<Value>((g, dim, axis) => {
    const [before, after] = [sides[axis], sides[axis + x.shape.length]];
    return before === 0 && after === 0 ? g : slice(g, axis, before, after === 0 ? null : -after, dim);
  }, gradients[0]!);
  return [inner, null, null];
};

const transposeRule: Rule = ({ node, gradients }) => {
  const order = node.attributes.perm as readonly number[];
  const inverse = order.map((_, i) => order.indexOf(i));
  return [transpose(gradients[0]!, inverse)];
};

export const movementRules = {
  Concat: concatRule,
  Expand: ({ inputs, gradients }) => [sumTo(gradients[0]!, inputs[0]!.shape), null],
  Pad: padRule,
  Reshape: reshaped,
  Shape: null,
  Slice: sliceRule,
  Split: splitRule,
  Squeeze: reshaped,
  Transpose: transposeRule,
  Unsqueeze: reshaped,
} satisfies RulesOf;
