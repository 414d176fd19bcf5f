import { emitOne } from "../emit.ts";
import { type Value, valueText } from "../ir.ts";
import { type Dim, ShapeError } from "../shape.ts";
import { channelsSecond } from "./conv.ts";
import { div } from "./elementwise.ts";
import { filled } from "./movement.ts";
import { reduceMax, reduceMean, reduceSum } from "./reduce.ts";
import { type PerAxis, type Window, type WindowOptions, attributesOf, padding, patches, places, spatial, windowOf } from "./window.ts";

/** Strides are the kernel's sizes where they are not given: windows side by side. */
export type PoolOptions = Omit<WindowOptions, "dilations">;

/**
 * The largest element in each window: x [B, C, ...spatial] -> [B, C, ...places]. Padding never wins. Of equal elements the first gets
 * the gradient; with `lowering: "patches"` they share it.
 */
export function maxPool(x: Value, kernel: PerAxis, options: PoolOptions = {}): Value {
  const text = `MaxPool(${valueText(x)})`;
  const { window, counts } = poolWindow(text, x, kernel, options);
  if (options.lowering === "patches") return reduceWindows(patches(x, window, counts, -Infinity), counts, reduceMax);
  return emitOne("MaxPool", [x], attributesOf(window), x.type, [...x.shape.slice(0, 2), ...counts]);
}

export interface AveragePoolOptions extends PoolOptions {
  /** Whether padding counts as zeros; else the average is over the elements that are there. Default false, as in ONNX. */
  readonly countPadding?: boolean;
}

/** The average in each window: x [B, C, ...spatial] -> [B, C, ...places]. */
export function averagePool(x: Value, kernel: PerAxis, options: AveragePoolOptions = {}): Value {
  const text = `AveragePool(${valueText(x)})`;
  const { window, counts } = poolWindow(text, x, kernel, options);
  const whole = options.countPadding === true || window.pads.every((n) => n === 0);
  if ((options.lowering ?? (x.type === "float64" ? "patches" : "operator")) === "operator") {
    const attributes = { ...attributesOf(window), count_include_pad: Number(whole) };
    return emitOne("AveragePool", [x], attributes, x.type, [...x.shape.slice(0, 2), ...counts]);
  }
  const seen = patches(x, window, counts);
  return whole ? reduceWindows(seen, counts, reduceMean) : div(reduceWindows(seen, counts, reduceSum), windowCounts(x, window, counts));
}

/** How many elements, padding not counted, are in the window at each place: [1, 1, ...places]. */
export function windowCounts(x: Value, window: Window, counts: readonly Dim[]): Value {
  const ones = filled(x.graph, x.type, [1, 1, ...spatial(x)], 1);
  return reduceWindows(patches(ones, window, counts), counts, reduceSum);
}

function poolWindow(text: string, x: Value, kernel: PerAxis, options: PoolOptions): { window: Window; counts: Dim[] } {
  const sizes = typeof kernel === "number" ? spatial(x).map(() => kernel) : kernel;
  const window = windowOf(text, x, sizes, { ...options, strides: options.strides ?? kernel });
  for (const [axis, size] of window.kernel.entries()) {
    if (Math.max(...padding(window, axis)) >= size)
      throw new ShapeError(`${text}: pads [${window.pads}] must be below the kernel [${window.kernel}]`);
  }
  return { window, counts: places(text, x, window) };
}

/** [B, ...places, ...kernel, C] -> [B, C, ...places] */
function reduceWindows(seen: Value, counts: readonly Dim[], reduce: (x: Value, axes: readonly number[]) => Value): Value {
  return channelsSecond(
    reduce(
      seen,
      counts.map((_, axis) => 1 + counts.length + axis),
    ),
  );
}
