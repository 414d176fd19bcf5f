import type { Node, Value } from "../ir.ts";
import { type Dim, type Shape, ShapeError, product, sum } from "../shape.ts";
import { add, mul } from "./elementwise.ts";
import { gather, range } from "./index-ops.ts";
import { pad, reshape, slice, transpose, unsqueeze } from "./movement.ts";

/** A number for every spatial axis, or one for each. */
export type PerAxis = number | readonly number[];

export interface WindowOptions {
  /** Steps between windows. */
  readonly strides?: PerAxis;
  /** Padding: one number for all sides, or, as in ONNX, those before each axis and then those after each. */
  readonly pads?: PerAxis;
  /** Distance between neighbours in a window. */
  readonly dilations?: PerAxis;
  /**
   * `operator` is the runtime's own kernel; `patches` computes the same from gather, matrix product and reduction, for runtimes that lack
   * it. Without a choice float64 (for which ONNX Runtime has few such kernels) takes `patches`.
   */
  readonly lowering?: "operator" | "patches";
}

/** A window that moves over the spatial axes of a tensor [batch, channels, ...spatial]. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  /** Before each axis, then after each. */
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
}

export function windowOf(text: string, x: Value, kernel: Shape, { strides = 1, pads = 0, dilations = 1 }: WindowOptions): Window {
  const axes = x.shape.length - 2;
  if (axes < 1) throw new ShapeError(`${text}: operands are [batch, channels, ...], with one spatial axis at least`);
  const list = (name: string, given: PerAxis | Shape, count: number, least: number): number[] => {
    const all = typeof given === "number" ? Array<number>(count).fill(given) : [...given];
    if (all.length !== count) throw new ShapeError(`${text}: ${name} [${all}] must be ${count} numbers for ${axes} spatial axes`);
    if (all.some((n) => !Number.isInteger(n) || Number(n) < least))
      throw new ShapeError(`${text}: ${name} [${all}] must be integers from ${least}`);
    return all as number[];
  };
  return {
    kernel: list("kernel", kernel, axes, 1),
    strides: list("strides", strides, axes, 1),
    pads: list("pads", pads, 2 * axes, 0),
    dilations: list("dilations", dilations, axes, 1),
  };
}

/** The window that a node's attributes describe. */
export const windowOfNode = ({ attributes: { kernel_shape: kernel, strides, pads, dilations } }: Node): Window => ({
  kernel: kernel as number[],
  strides: strides as number[],
  pads: pads as number[],
  dilations: (dilations as number[] | undefined) ?? (kernel as number[]).map(() => 1),
});

export const attributesOf = ({ kernel, strides, pads }: Window) => ({ kernel_shape: kernel, strides, pads });

/** Elements that a window covers along an axis, gaps included. */
export const extent = ({ kernel, dilations }: Window, axis: number): number => (kernel[axis] - 1) * dilations[axis] + 1;

export const padding = ({ pads }: Window, axis: number): readonly [before: number, after: number] => [
  pads[axis],
  pads[axis + pads.length / 2],
];

export const spatial = (x: Value): Shape => x.shape.slice(2);

/** How many places the window has along each spatial axis: floor((size + pads - extent) / stride) + 1. */
export function places(text: string, x: Value, window: Window): Dim[] {
  return spatial(x).map((size, axis) => {
    const [before, after] = padding(window, axis);
    const room = sum([size, before + after - extent(window, axis)]);
    if (typeof room === "number") {
      if (room < 0)
        throw new ShapeError(`${text}: a window of ${extent(window, axis)} does not fit spatial axis ${axis} of ${size} and its pads`);
      return Math.floor(room / window.strides[axis]) + 1;
    }
    const count = window.strides[axis] === 1 && room !== null ? sum([room, 1]) : null;
    if (count === null) throw new ShapeError(`${text}: spatial axis ${axis} of symbolic size ${size} needs stride 1`);
    return count;
  });
}

/** An axis with so many zeros (or `number`) more on each side; negative: so many elements less. */
export function fit(x: Value, axis: number, before: number, after: number, number = 0): Value {
  const cut = before < 0 || after < 0 ? slice(x, axis, Math.max(0, -before), after < 0 ? after : null) : x;
  return before > 0 || after > 0 ? pad(cut, axis, Math.max(0, before), Math.max(0, after), number) : cut;
}

/** `stride - 1` zeros behind every element of an axis. */
export function spread(x: Value, axis: number, stride: number): Value {
  if (stride === 1) return x;
  const apart = pad(unsqueeze(x, axis + 1), axis + 1, 0, stride - 1);
  return reshape(apart, x.shape.with(axis, product([x.shape[axis], stride])));
}

/**
 * What the window sees at each of its places: x [B, C, ...spatial] -> [B, ...places, ...kernel, C], padded with `number`.
 * Channels come last, so that rows of them are gathered and a matrix product needs no other order.
 */
export function patches(x: Value, window: Window, counts: readonly Dim[], number = 0): Value {
  const axes = counts.length;
  let seen = transpose(x, [0, ...counts.map((_, axis) => axis + 2), 1]);
  for (const [axis, count] of counts.entries()) {
    const at = 1 + 2 * axis;
    // Places, then positions in the window: [.., size, ..] -> [.., place, position, ..].
    seen = gather(fit(seen, at, ...padding(window, axis), number), positions(x, window, axis, count), at);
  }
  const order = [...Array(axes).keys()];
  return transpose(seen, [0, ...order.map((axis) => 1 + 2 * axis), ...order.map((axis) => 2 + 2 * axis), 1 + 2 * axes]);
}

/** Positions along an axis by place and position in the window: place * stride + position * dilation, int32 [places, kernel]. */
function positions(x: Value, { kernel, strides, dilations }: Window, axis: number, count: Dim): Value {
  const graph = x.graph.root;
  const inside = Array.from({ length: kernel[axis] }, (_, k) => k * dilations[axis]);
  if (typeof count === "string") {
    const place = unsqueeze(range(graph, count), 1);
    return add(strides[axis] === 1 ? place : mul(place, strides[axis]), graph.constant("int32", [1, inside.length], inside));
  }
  const all = Array.from({ length: count }, (_, place) => inside.map((k) => place * strides[axis] + k));
  return graph.constant("int32", [count, inside.length], all.flat());
}
