import type { Value } from "../ir.ts";
import { add, div, maximum, mul, reciprocal, sqrt, square, sub } from "../ops/elementwise.ts";
import { reshape } from "../ops/movement.ts";
import { countOver, reduceMean, reduceSum } from "../ops/reduce.ts";
import type { Scope } from "../scope.ts";

/** Keeps the root of a variance away from zero. */
const EPSILON = 1e-5;

/** A normalisation of x [N, C, ...]. `real` [N, 1, ...] is 1 for the examples that count and 0 for padding; without it all count. */
export type Normalization = (x: Value, real?: Value | null) => Value;

/** From [C] to what broadcasts over [N, C, ...]. */
const perChannel = (vector: Value, { shape }: Value): Value => reshape(vector, [1, vector.shape[0], ...shape.slice(2).map(() => 1)]);

const channelsOnly = ({ shape }: Value): number[] => [...shape.keys()].filter((axis) => axis !== 1);

function gainAndBias(scope: Scope, channels: number): (normal: Value) => Value {
  const gain = scope.parameter("gain", [channels], { kind: "ones" });
  const bias = scope.parameter("bias", [channels], { kind: "zeros" });
  return (normal) => add(mul(normal, perChannel(gain, normal)), perChannel(bias, normal));
}

/**
 * Batch normalisation (Ioffe & Szegedy 2015): each channel of x [N, C, ...] has mean 0 and variance 1 over examples and places,
 *
 *     y = (x - mean) / sqrt(variance + 1e-5) gain + bias
 *
 * in training those of the batch, padding left out; else those that were gathered in training, where the variance is the unbiased one, m / (m - 1)
 * of the batch's with m numbers. Parameters: gain, bias [C]; statistics: mean, variance [C].
 */
function batchNormalization(scope: Scope, channels: number): Normalization {
  const affine = gainAndBias(scope, channels);
  const mean = scope.statistic("mean", [channels], { kind: "zeros" });
  const variance = scope.statistic("variance", [channels], { kind: "ones" });
  if (!scope.options.training) {
    return (x) => affine(div(sub(x, perChannel(mean.stored(), x)), sqrt(add(perChannel(variance.stored(), x), EPSILON))));
  }
  return (x, real = null) => {
    const axes = channelsOnly(x);
    const places = countOver(x, [...x.shape.keys()].slice(2));
    const numbers = real ? mul(reduceSum(real), places) : countOver(x, axes);
    const average = (value: Value): Value => div(reduceSum(real ? mul(value, real) : value, axes, true), numbers);
    const centre = average(x);
    const centred = sub(x, centre);
    const spread = average(square(centred));
    mean.measure(reshape(centre, [channels]));
    variance.measure(reshape(mul(spread, div(numbers, maximum(sub(numbers, 1), 1))), [channels]));
    return affine(mul(centred, reciprocal(sqrt(add(spread, EPSILON)))));
  };
}

/**
 * Layer normalisation of feature maps (Ba et al. 2016): each example of x [N, C, ...] has mean 0 and variance 1 over its channels and places,
 * whatever else is in the batch. Parameters: gain, bias [C].
 */
function layerNormalization(scope: Scope, channels: number): Normalization {
  const affine = gainAndBias(scope, channels);
  return (x) => {
    const axes = [...x.shape.keys()].slice(1);
    const centred = sub(x, reduceMean(x, axes, true));
    return affine(mul(centred, reciprocal(sqrt(add(reduceMean(square(centred), axes, true), EPSILON)))));
  };
}

/** No normalisation: x as it is. */
const identical: Normalization = (x) => x;

/** Every normalisation, by the name that configurations use. */
export const NORMALIZATIONS = {
  none: () => identical,
  batch: batchNormalization,
  layer: layerNormalization,
} as const satisfies Readonly<Record<string, (scope: Scope, channels: number) => Normalization>>;
