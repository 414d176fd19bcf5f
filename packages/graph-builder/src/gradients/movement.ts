import { valueText } from "../ir.ts";
import { concat, pad, reshape, slice, split, transpose } from "../ops/movement.ts";
import { sumTo } from "../ops/reduce.ts";
import { ShapeError } from "../shape.ts";
import { type Rule, type RulesOf, numbers, zerosLike } from "./rule.ts";

/** The gradient in the operand's shape: reshape, squeeze, unsqueeze. */
const reshaped: Rule = ({ inputs, gradients }) => [reshape(gradients[0]!, inputs[0]!.shape), null];

const concatRule: Rule = ({ node, inputs, gradients, needs }) => {
  const axis = node.attributes.axis as number;
  const sizes = inputs.map((input) => input!.shape[axis]);
  const g = gradients[0]!;
  if (sizes.every((size) => typeof size === "number")) return split(g, sizes, axis);
  const symbolic = sizes.findIndex((size) => typeof size !== "number");
  const total = (parts: typeof sizes): number => parts.reduce<number>((sum, size) => (typeof size === "number" ? sum + size : NaN), 0);
  return inputs.map((_, i) => {
    if (!needs[i]) return null;
    const [before, after] = [total(sizes.slice(0, i)), total(sizes.slice(i + 1))];
    if (i < symbolic) return slice(g, axis, before, before + (sizes[i] as number), sizes[i]);
    if (Number.isNaN(after)) throw new ShapeError(`Concat: more than one operand of unknown size along axis ${axis} has no gradient`);
    return slice(g, axis, i === symbolic ? before : -after - (sizes[i] as number), after === 0 ? null : -after, sizes[i]);
  });
};

const splitRule: Rule = ({ node, outputs, gradients }) => [
  concat(
    gradients.map((gradient, i) => gradient ?? zerosLike(outputs[i])),
    node.attributes.axis as number,
  ),
  null,
];

/** The gradient of a part, with zeros around it. */
const sliceRule: Rule = ({ inputs, gradients }) => {
  const x = inputs[0]!;
  const [[start], [end], [axis]] = [numbers(inputs[1]), numbers(inputs[2]), numbers(inputs[3])];
  const dim = x.shape[axis];
  const from = (position: number): number => (position < 0 && typeof dim === "number" ? dim + position : position);
  const before = from(start);
  const after = end >= 2 ** 31 - 1 ? 0 : end < 0 ? -end : typeof dim === "number" ? dim - end : NaN;
  if (before < 0 || Number.isNaN(after))
    throw new ShapeError(`Slice(${valueText(x)}): a part not counted from the axis' own ends has no gradient`);
  return [pad(gradients[0]!, axis, before, after, 0, dim), null, null, null];
};

const padRule: Rule = ({ inputs, gradients }) => {
  const x = inputs[0]!;
  const [before, after] = numbers(inputs[1]);
  const [axis] = numbers(inputs[3]);
  return [slice(gradients[0]!, axis, before, after === 0 ? null : -after, x.shape[axis]), null, null, null];
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
