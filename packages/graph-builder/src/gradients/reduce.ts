import type { Value } from "../ir.ts";
import { add, cast, div, equal, exp, mul, reciprocal, sqrt, square, sub } from "../ops/elementwise.ts";
import { expand, reshape } from "../ops/movement.ts";
import { countOver, cumulativeSum, reduceMean, reduceSum, sumTo } from "../ops/reduce.ts";
import type { Shape } from "../shape.ts";
import { type Rule, type RulesOf, numbers } from "./rule.ts";

/** A reduction: `rule` gets the gradient and the output with the reduced axes kept. */
const reduction =
  (rule: (g: Value, x: Value, y: () => Value, axes: number[]) => Value): Rule =>
  ({ inputs, outputs, gradients }) => {
    const x = inputs[0]!;
    const axes = numbers(inputs[1]);
    const kept: Shape = x.shape.map((dim, i) => (axes.includes(i) ? 1 : dim));
    return [rule(reshape(gradients[0]!, kept), x, () => reshape(outputs[0], kept), axes)];
  };

/** Of several largest elements each gets an equal share. */
const reduceMaxRule = reduction((g, x, y, axes) => {
  const largest = cast(equal(x, y()), x.type);
  return div(mul(g, largest), reduceSum(largest, axes, true));
});

/** dx = y (dy - sum(dy y)) */
const softmaxRule: Rule = ({ node, outputs, gradients }) => {
  const y = outputs[0];
  const gy = mul(gradients[0]!, y);
  return [sub(gy, mul(y, reduceSum(gy, [node.attributes.axis as number], true)))];
};

/** dx = dy - softmax(x) sum(dy) */
const logSoftmaxRule: Rule = ({ node, outputs, gradients }) => {
  const g = gradients[0]!;
  return [sub(g, mul(exp(outputs[0]), reduceSum(g, [node.attributes.axis as number], true)))];
};

/** With n = (x - mean) / deviation and dn = dy scale: dx = (dn - mean(dn) - n mean(dn n)) / deviation. */
const layerNormalizationRule: Rule = ({ node, inputs, gradients, needs }) => {
  const [x, scale, bias] = inputs as [Value, Value, Value | undefined];
  const g = gradients[0]!;
  const average = (value: Value): Value => reduceMean(value, [-1], true);
  const centred = sub(x, average(x));
  const inverse = reciprocal(sqrt(add(average(square(centred)), node.attributes.epsilon as number)));
  const normal = mul(centred, inverse);
  const dn = mul(g, scale);
  const dx = (): Value => mul(inverse, sub(sub(dn, average(dn)), mul(normal, average(mul(dn, normal)))));
  return [needs[0] ? dx() : null, needs[1] ? sumTo(mul(g, normal), scale.shape) : null, bias && needs[2] ? sumTo(g, bias.shape) : null];
};

/** An element is in the sums of all that come after it. */
const cumSumRule: Rule = ({ node, inputs, gradients }) => {
  const [axis] = numbers(inputs[1]);
  return [cumulativeSum(gradients[0]!, axis, node.attributes.reverse !== 1), null];
};

export const reduceRules = {
  ArgMax: null,
  CumSum: cumSumRule,
  LayerNormalization: layerNormalizationRule,
  LogSoftmax: logSoftmaxRule,
  // d log(sum(exp(x))) = softmax(x) dx
  ReduceLogSumExp: reduction((g, x, y) => mul(g, exp(sub(x, y())))),
  ReduceMax: reduceMaxRule,
  ReduceMean: reduction((g, x, _y, axes) => expand(div(g, countOver(x, axes)), x.shape)),
  ReduceSum: reduction((g, x) => expand(g, x.shape)),
  ReduceSumSquare: reduction((g, x) => mul(g, mul(x, 2))),
  Softmax: softmaxRule,
} satisfies RulesOf;
