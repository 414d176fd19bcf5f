import type { Value } from "../ir.ts";
import { conv } from "../ops/conv.ts";
import { relu } from "../ops/elementwise.ts";
import { reshape } from "../ops/movement.ts";
import { maxPool } from "../ops/pool.ts";
import type { Scope } from "../scope.ts";
import { linear } from "./linear.ts";
import { NORMALIZATIONS } from "./normalization.ts";

export interface CnnOptions {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Channels of each block's output. */
  readonly filters: readonly number[];
  /** Height and width of the convolutions' windows. */
  readonly kernel: number;
  readonly normalization: keyof typeof NORMALIZATIONS;
  /** Width of the vector that an image becomes. */
  readonly features: number;
}

/** Each block halves height and width; a last row or column that is left over is dropped. */
const POOL = 2;

/** Height and width of the last block's map. */
function mapSize({ height, width, filters }: Pick<CnnOptions, "height" | "width" | "filters">): readonly [number, number] {
  const halve = (size: number): number => filters.reduce((left) => Math.floor(left / POOL), size);
  return [halve(height), halve(width)];
}

/**
 * y = w * x + b, as large as x: x [N, C, H, W] -> [N, O, H, W], zeros around. Parameters: w [O, C, K, K] and, with a bias, b [O], both uniform in
 * +-1/sqrt(C K K), as PyTorch's nn.Conv2d starts them.
 */
export function convolution(scope: Scope, inputs: number, outputs: number, kernel: number, biased: boolean): (x: Value) => Value {
  const init = { kind: "uniform", bound: 1 / Math.sqrt(inputs * kernel ** 2) } as const;
  const w = scope.parameter("w", [outputs, inputs, kernel, kernel], init);
  const b = biased ? scope.parameter("b", [outputs], init) : null;
  const before = Math.floor((kernel - 1) / 2);
  const after = kernel - 1 - before;
  return (x) => conv(x, w, b, { pads: [before, before, after, after] });
}

/**
 * A convolutional network (LeCun et al. 1998): blocks of convolution, normalisation, relu and max-pooling by 2, then a linear layer.
 * x [N, C, H, W] -> the last block's map [N, O, h, w] and the features [N, F] of the whole image. `real` [N, 1, 1, 1] as `Normalization` has it.
 * Parameters: `<block>.w`, `<block>.b` (without normalisation), `<block>.norm.*`, `features.*`.
 */
export function cnn(
  scope: Scope,
  options: CnnOptions,
): (x: Value, real?: Value | null) => { readonly map: Value; readonly features: Value } {
  const { channels, height, width, filters, kernel, normalization, features } = options;
  const [rows, columns] = mapSize(options);
  if (rows < 1 || columns < 1)
    throw new Error(`${filters.length} blocks, each of which halves an image, leave nothing of ${height} x ${width} pixels`);
  const { pooling: lowering = "operator" } = scope.options;
  const blocks = filters.map((outputs, index) => {
    const own = scope.in(index);
    const convolve = convolution(own, index === 0 ? channels : filters[index - 1], outputs, kernel, normalization === "none");
    const normalize = NORMALIZATIONS[normalization](own.in("norm"), outputs);
    return (x: Value, real: Value | null): Value => maxPool(relu(normalize(convolve(x), real)), POOL, { lowering });
  });
  const numbers = filters.at(-1)! * rows * columns;
  const summarize = linear(scope.in("features"), numbers, features);
  return (x, real = null) => {
    const map = blocks.reduce((below, block) => block(below, real), x);
    return { map, features: summarize(reshape(map, [x.shape[0], numbers])) };
  };
}
