import { type Value, isFloat, valueText } from "./ir.ts";
import {
  add,
  and,
  cast,
  div,
  equal,
  exp,
  greater,
  greaterOrEqual,
  log,
  mul,
  neg,
  pow,
  reciprocal,
  sign,
  sqrt,
  square,
  sub,
  where,
} from "./ops/elementwise.ts";
import { gather, gatherElements, scatterElements, scatterRows } from "./ops/index-ops.ts";
import { gemm, matmul } from "./ops/matmul.ts";
import { concat, expand, filled, pad, reshape, slice, split, squeeze, transpose } from "./ops/movement.ts";
import { countOver, reduceMean, reduceSum, sumTo } from "./ops/reduce.ts";
import { scanGradient } from "./scan-gradient.ts";
import { type Shape, ShapeError, product } from "./shape.ts";
import { type Rule, type RuleContext, type Rules, dependents, reverseSweep } from "./sweep.ts";

const numbers = (value: Value | null): number[] => Array.from(value!.constant as ArrayLike<number | bigint>, Number);

/** One operand x, output y, gradient g of y. */
const unary =
  (rule: (g: Value, x: Value, y: Value) => Value): Rule =>
  ({ inputs, outputs, gradients }) => [rule(gradients[0]!, inputs[0]!, outputs[0])];

type Side = (g: Value, a: Value, b: Value, y: Value) => Value;

/** Two operands that broadcast: each gradient is summed back to its operand's shape. */
const binary =
  (left: Side, right: Side): Rule =>
  ({ inputs, outputs, gradients, needs }) =>
    [left, right].map((side, i) => (needs[i] ? sumTo(side(gradients[0]!, inputs[0]!, inputs[1]!, outputs[0]), inputs[i]!.shape) : null));

/** A reduction: `rule` gets the gradient and the output with the reduced axes kept. */
const reduction =
  (rule: (g: Value, x: Value, y: () => Value, axes: number[]) => Value): Rule =>
  ({ inputs, outputs, gradients }) => {
    const x = inputs[0]!;
    const axes = numbers(inputs[1]);
    const kept: Shape = x.shape.map((dim, i) => (axes.includes(i) ? 1 : dim));
    return [rule(reshape(gradients[0]!, kept), x, () => reshape(outputs[0], kept), axes)];
  };

/** The gradient in the operand's shape: reshape, squeeze, unsqueeze. */
const reshaped: Rule = ({ inputs, gradients }) => [reshape(gradients[0]!, inputs[0]!.shape), null];

const zerosLike = (x: Value): Value => filled(x.graph, x.type, x.shape, 0);

/** Y = A B: dA = dY B^T, dB = A^T dY; a matrix B takes all leading axes of A as rows. */
const matmulRule: Rule = ({ inputs, gradients, needs }) => {
  const [a, b] = inputs as [Value, Value];
  const g = gradients[0]!;
  if (b.shape.length > 2) {
    return [needs[0] ? sumTo(matmul(g, transpose(b)), a.shape) : null, needs[1] ? sumTo(matmul(transpose(a), g), b.shape) : null];
  }
  const rows = product(a.shape.slice(0, -1));
  const [k, n] = b.shape;
  return [
    needs[0] ? matmul(g, transpose(b)) : null,
    needs[1] ? gemm(reshape(a, [rows, k]), reshape(g, [rows, n]), null, { transA: true }) : null,
  ];
};

/** Y = alpha A' B' + beta C, where A' and B' are transposed or not. */
const gemmRule: Rule = ({ node, inputs, gradients, needs }) => {
  const [a, b, c] = inputs as [Value, Value, Value | undefined];
  const g = gradients[0]!;
  const alpha = node.attributes.alpha as number;
  const beta = node.attributes.beta as number;
  const transA = node.attributes.transA === 1;
  const transB = node.attributes.transB === 1;
  const left = () =>
    transA
      ? gemm(b, g, null, { alpha, transA: transB, transB: true })
      : transB
        ? gemm(g, b, null, { alpha })
        : scaled(matmul(g, transpose(b)), alpha);
  const right = () => (transB ? gemm(g, a, null, { alpha, transA: true, transB: transA }) : gemm(a, g, null, { alpha, transA: !transA }));
  return [needs[0] ? left() : null, needs[1] ? right() : null, c && needs[2] ? sumTo(scaled(g, beta), c.shape) : null];
};

const scaled = (x: Value, factor: number): Value => (factor === 1 ? x : mul(x, factor));

/** Rows taken from an axis: their gradients are added to zeros at the places they came from. */
const gatherRule: Rule = ({ node, inputs, gradients }) => {
  const [x, indices] = inputs as [Value, Value];
  const axis = node.attributes.axis as number;
  const g = gradients[0]!;
  if (axis === 0) return [scatterRows(x.shape[0], indices, g), null];
  const rank = indices.shape.length;
  const front = [...indices.shape.keys()].map((i) => i + axis);
  const others = [...g.shape.keys()].filter((i) => !front.includes(i));
  const rows = scatterRows(x.shape[axis], indices, transpose(g, [...front, ...others]));
  const back = [...Array(g.shape.length - rank + 1).keys()].map((i) => (i < axis ? i + 1 : i === axis ? 0 : i));
  return [transpose(rows, back), null];
};

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

/** Of several largest elements each gets an equal share. */
const reduceMaxRule = reduction((g, x, y, axes) => {
  const largest = cast(equal(x, y()), x.type);
  return div(mul(g, largest), reduceSum(largest, axes, true));
});

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

const scatterNDRule: Rule = ({ inputs, gradients, needs }) => {
  const [, places] = inputs as [Value, Value, Value];
  if (places.shape.at(-1) !== 1) throw new ShapeError(`ScatterND(${valueText(places)}): only updates of whole rows have a gradient`);
  return [needs[0] ? gradients[0] : null, null, needs[2] ? gather(gradients[0]!, squeeze(places, -1), 0) : null];
};

const unsupported =
  (instead: string): Rule =>
  ({ node }) => {
    throw new ShapeError(`${node.op} (${node.outputs[0].name}) is for inference graphs and has no gradient: use ${instead}`);
  };

/**
 * The gradient of every operator; null where the output does not change smoothly with any operand (integers, booleans, steps).
 * The table is exhaustive: an operator without a line here does not compile. Rules never mention who broadcast what (see `binary`).
 */
export const gradientRules: Rules = {
  Abs: unary((g, x) => mul(g, sign(x))),
  Add: binary(
    (g) => g,
    (g) => g,
  ),
  And: null,
  ArgMax: null,
  AveragePool: null,
  BitShift: null,
  BitwiseXor: null,
  Cast: unary((g, x) => cast(g, x.type)),
  Clip: clipRule,
  Concat: concatRule,
  Conv: null,
  // d(a/b) = da / b - y db / b
  Div: binary(
    (g, _a, b) => div(g, b),
    (g, _a, b, y) => neg(div(mul(g, y), b)),
  ),
  Equal: null,
  Exp: unary((g, _x, y) => mul(g, y)),
  Expand: ({ inputs, gradients }) => [sumTo(gradients[0]!, inputs[0]!.shape), null],
  Gather: gatherRule,
  GatherElements: ({ node, inputs, gradients }) => [
    scatterElements(zerosLike(inputs[0]!), inputs[1]!, gradients[0]!, node.attributes.axis as number),
    null,
  ],
  Gemm: gemmRule,
  Greater: null,
  GreaterOrEqual: null,
  Identity: unary((g) => g),
  LSTM: unsupported("the `lstm` layer"),
  LayerNormalization: layerNormalizationRule,
  Less: null,
  Log: unary((g, x) => div(g, x)),
  LogSoftmax: logSoftmaxRule,
  MatMul: matmulRule,
  // Equal operands: the first one counts.
  Max: binary(
    (g, a, b) => where(greaterOrEqual(a, b), g, 0),
    (g, a, b) => where(greaterOrEqual(a, b), 0, g),
  ),
  MaxPool: null,
  Min: binary(
    (g, a, b) => where(greaterOrEqual(b, a), g, 0),
    (g, a, b) => where(greaterOrEqual(b, a), 0, g),
  ),
  Mul: binary(
    (g, _a, b) => mul(g, b),
    (g, a) => mul(g, a),
  ),
  Neg: unary((g) => neg(g)),
  Not: null,
  Pad: padRule,
  // d(a^b) = b a^(b-1) da + a^b log(a) db
  Pow: binary(
    (g, a, b) => mul(g, mul(b, pow(a, sub(b, 1)))),
    (g, a, _b, y) => mul(g, mul(y, log(a))),
  ),
  Range: null,
  Reciprocal: unary((g, _x, y) => neg(mul(g, square(y)))),
  // d log(sum(exp(x))) = softmax(x) dx
  ReduceLogSumExp: reduction((g, x, y) => mul(g, exp(sub(x, y())))),
  ReduceMax: reduceMaxRule,
  ReduceMean: reduction((g, x, _y, axes) => expand(div(g, countOver(x, axes)), x.shape)),
  ReduceSum: reduction((g, x) => expand(g, x.shape)),
  ReduceSumSquare: reduction((g, x) => mul(g, mul(x, 2))),
  Relu: unary((g, _x, y) => where(greater(y, 0), g, 0)),
  Reshape: reshaped,
  Scan: scanGradient,
  ScatterElements: ({ node, inputs, gradients, needs }) => [
    needs[0] ? gradients[0] : null,
    null,
    needs[2] ? gatherElements(gradients[0]!, inputs[1]!, node.attributes.axis as number) : null,
  ],
  ScatterND: scatterNDRule,
  Shape: null,
  // d sigmoid = y (1 - y)
  Sigmoid: unary((g, _x, y) => mul(g, mul(y, sub(1, y)))),
  Sign: null,
  Slice: sliceRule,
  Softmax: softmaxRule,
  Split: splitRule,
  Sqrt: unary((g, _x, y) => div(mul(g, 0.5), y)),
  Squeeze: reshaped,
  Sub: binary(
    (g) => g,
    (g) => neg(g),
  ),
  Sum: ({ inputs, gradients }) => inputs.map(() => gradients[0]),
  // d tanh = 1 - y^2
  Tanh: unary((g, _x, y) => mul(g, sub(1, square(y)))),
  Transpose: ({ node, gradients }) => {
    const order = node.attributes.perm as readonly number[];
    return [
      transpose(
        gradients[0]!,
        order.map((_, i) => order.indexOf(i)),
      ),
    ];
  },
  Unsqueeze: reshaped,
  Where: whereRule,
};

/**
 * Gradients of a scalar with respect to `parameters`, appended to its graph: reverse-mode differentiation (Griewank & Walther 2008, ch. 3).
 * A parameter on which the loss does not depend gets zeros. `seed` (default 1) is the gradient of the loss itself.
 */
export function gradients(loss: Value, parameters: readonly Value[], seed?: Value): Value[] {
  if (product(loss.shape) !== 1 || !isFloat(loss.type)) throw new ShapeError(`gradients: ${valueText(loss)} is no float scalar`);
  const { nodes } = loss.graph;
  const active = dependents(nodes, parameters, gradientRules);
  const one = seed ?? loss.graph.constant(loss.type, loss.shape, [1]);
  const found = reverseSweep({ rules: gradientRules, nodes: [...nodes], active, seeds: new Map([[loss, one]]) });
  return parameters.map((parameter) => found.get(parameter) ?? zerosLike(parameter));
}

export type { Rule, RuleContext, Rules };
