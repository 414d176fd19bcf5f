import { emitOne } from "../emit.ts";
import { type Value, valueText } from "../ir.ts";
import { type Dim, type Shape, ShapeError, product, sum } from "../shape.ts";
import { gather } from "./index-ops.ts";
import { gemm } from "./matmul.ts";
import { reshape, transpose } from "./movement.ts";
import {
  type PerAxis,
  type Window,
  type WindowOptions,
  attributesOf,
  extent,
  fit,
  padding,
  patches,
  places,
  spatial,
  spread,
  windowOf,
} from "./window.ts";

/**
 * Convolution over one or more spatial axes (cross-correlation, as in all toolkits):
 * x [B, C, ...spatial], w [O, C, ...kernel], bias [O] -> [B, O, ...places],
 *
 *     y[b, o, p] = bias[o] + sum over c, k of w[o, c, k] x[b, c, p stride + k dilation - pad]
 *
 * An axis of symbolic size needs stride 1.
 */
export function conv(x: Value, w: Value, bias: Value | null = null, options: WindowOptions = {}): Value {
  const text = `Conv(${[x, w, ...(bias ? [bias] : [])].map(valueText).join(", ")})`;
  const window = windowOf(text, x, spatial(w), options);
  checkOperands(text, x, w, bias, 1, 0);
  const counts = places(text, x, window);
  return lowers(x, options) ? convPatches(x, w, bias, window, counts) : convOperator(x, w, bias, window, counts);
}

export interface ConvTransposeOptions extends WindowOptions {
  /** Elements added behind each axis, fewer than its stride: of all sizes that `conv` maps to x's, the one that is meant. */
  readonly outputPads?: PerAxis;
}

/**
 * The adjoint of `conv` in x (upsampling, where the stride is above 1): x [B, C, ...places], w [C, O, ...kernel], bias [O] ->
 * [B, O, ...spatial] with spatial = (places - 1) stride + extent - pads + output pads.
 */
export function convTranspose(x: Value, w: Value, bias: Value | null = null, options: ConvTransposeOptions = {}): Value {
  const text = `ConvTranspose(${[x, w, ...(bias ? [bias] : [])].map(valueText).join(", ")})`;
  const window = windowOf(text, x, spatial(w), options);
  checkOperands(text, x, w, bias, 0, 1);
  const { outputPads = 0 } = options;
  const added = typeof outputPads === "number" ? window.kernel.map(() => outputPads) : outputPads;
  if (added.length !== window.kernel.length || added.some((n, axis) => !Number.isInteger(n) || n < 0 || n >= window.strides[axis]))
    throw new ShapeError(`${text}: output pads [${added}] must be below the strides [${window.strides}]`);
  const sizes = spatial(x).map((count, axis) => {
    const [before, after] = padding(window, axis);
    const size = sum([product([count, window.strides[axis]]), extent(window, axis) - window.strides[axis] - before - after + added[axis]]);
    if (size === null || Number(size) < 1) throw new ShapeError(`${text}: nothing is left of spatial axis ${axis}`);
    return size;
  });
  if (!lowers(x, options)) {
    const attributes = { ...attributesOf(window), dilations: window.dilations, output_padding: added };
    return emitOne("ConvTranspose", bias ? [x, w, bias] : [x, w], attributes, x.type, [x.shape[0], w.shape[1], ...sizes]);
  }
  // A convolution of x, its elements a stride apart, with the kernel mirrored.
  let [apart, mirrored] = [x, transpose(w, [1, 0, ...spatial(w).map((_, axis) => axis + 2)])];
  for (const [axis, stride] of window.strides.entries()) {
    const [before, after] = padding(window, axis);
    const reach = extent(window, axis) - 1;
    apart = fit(spread(apart, axis + 2, stride), axis + 2, reach - before, reach - after + added[axis] - (stride - 1));
    const backwards = Array.from({ length: window.kernel[axis] }, (_, k) => window.kernel[axis] - 1 - k);
    mirrored = gather(mirrored, w.graph.constant("int32", [backwards.length], backwards), axis + 2);
  }
  return convPatches(apart, mirrored, bias, { ...window, strides: added.map(() => 1), pads: window.pads.map(() => 0) }, sizes);
}

const lowers = (x: Value, { lowering }: WindowOptions): boolean =>
  (lowering ?? (x.type === "float64" ? "patches" : "operator")) === "patches";

function checkOperands(text: string, x: Value, w: Value, bias: Value | null, channelAxis: number, outputAxis: number): void {
  if (w.shape.length !== x.shape.length) throw new ShapeError(`${text}: the kernel has ${w.shape.length} axes, not ${x.shape.length}`);
  if (w.type !== x.type || (bias && bias.type !== x.type)) throw new ShapeError(`${text}: element types differ`);
  if (w.shape[channelAxis] !== x.shape[1])
    throw new ShapeError(`${text}: ${x.shape[1]} channels, but the kernel takes ${w.shape[channelAxis]}`);
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== w.shape[outputAxis]))
    throw new ShapeError(`${text}: the bias must be [${w.shape[outputAxis]}]`);
}

/** The operator, giving `counts` places. */
export function convOperator(x: Value, w: Value, bias: Value | null, window: Window, counts: readonly Dim[]): Value {
  const attributes = { ...attributesOf(window), dilations: window.dilations };
  return emitOne("Conv", bias ? [x, w, bias] : [x, w], attributes, x.type, [x.shape[0], w.shape[0], ...counts]);
}

/** One matrix product: rows are what the window sees at a place, columns the output channels. */
function convPatches(x: Value, w: Value, bias: Value | null, window: Window, counts: readonly Dim[]): Value {
  const outputs = w.shape[0];
  const rows = patchRows(x, window, counts);
  const weights = reshape(kernelLast(w), [rows.shape[1], outputs]);
  const y = gemm(rows, weights, bias);
  return channelsSecond(reshape(y, [x.shape[0], ...counts, outputs]));
}

/** What the window sees at a place, as a row: [B * places, kernel * C]. */
export function patchRows(x: Value, window: Window, counts: readonly Dim[]): Value {
  return reshape(patches(x, window, counts), [product([x.shape[0], ...counts]), product([...window.kernel, x.shape[1]])]);
}

/** [O, C, ...kernel] -> [...kernel, C, O] */
const kernelLast = (w: Value): Value => transpose(w, [...spatial(w).map((_, axis) => axis + 2), 1, 0]);

/** [B, ...spatial, C] -> [B, C, ...spatial] */
export const channelsSecond = (x: Value): Value => {
  const last = x.shape.length - 1;
  return transpose(x, [0, last, ...[...x.shape.keys()].slice(1, last)]);
};

/** [B, C, ...spatial] -> [B * spatial, C] */
export const channelRows = (x: Value): Value => {
  const axes: Shape = spatial(x);
  return reshape(transpose(x, [0, ...axes.map((_, axis) => axis + 2), 1]), [product([x.shape[0], ...axes]), x.shape[1]]);
};
