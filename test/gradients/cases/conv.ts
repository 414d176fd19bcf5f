import { type Value, type WindowOptions, averagePool, conv, convTranspose, maxPool } from "@s2s/graph-builder";
import type { GradientCheck } from "../../support/check-gradient.ts";
import type { OperatorCases } from "./case.ts";

type Lowering = WindowOptions["lowering"];
type Options = Omit<WindowOptions, "lowering">;

/** The same computation by the operator and by its lowering. */
export interface LoweredCase extends Pick<GradientCheck, "shapes" | "declared"> {
  readonly build: (inputs: Value[], lowering: Lowering) => Value | Value[];
}

const [B, C, O] = [2, 3, 5];

const conv1 = (size: number, kernel: number, options: Options = {}, bias = true): LoweredCase => ({
  shapes: [[B, C, size], [O, C, kernel], ...(bias ? [[O]] : [])],
  build: ([x, w, b]: (Value | undefined)[], lowering) => conv(x!, w!, b ?? null, { ...options, lowering }),
});
const conv2 = (size: [number, number], kernel: [number, number], options: Options = {}, bias = true): LoweredCase => ({
  shapes: [[B, C, ...size], [O, C, ...kernel], ...(bias ? [[O]] : [])],
  build: ([x, w, b]: (Value | undefined)[], lowering) => conv(x!, w!, b ?? null, { ...options, lowering }),
});
const transposed = (shapes: number[][], options: Parameters<typeof convTranspose>[3]): LoweredCase => ({
  shapes,
  build: ([x, w, b]: (Value | undefined)[], lowering) => convTranspose(x!, w!, b ?? null, { ...options, lowering }),
});
const pool = (size: number[], kernel: number | number[], options: Options & { countPadding?: boolean } = {}): LoweredCase => ({
  shapes: [[B, C, ...size]],
  build: ([x], lowering) => averagePool(x, kernel, { ...options, lowering }),
});

export const loweredCases = {
  Conv: {
    "1-D": conv1(7, 4),
    "1-D, without bias": conv1(7, 4, {}, false),
    "1-D, kernel 1": conv1(7, 1),
    "1-D, the kernel as long as the axis": conv1(4, 4),
    "1-D, causal pads": conv1(7, 4, { pads: [3, 0] }),
    "1-D, strides and uneven pads": conv1(9, 4, { strides: 2, pads: [1, 2] }),
    "1-D, a stride beyond the kernel, elements left over": conv1(12, 2, { strides: 5 }),
    "1-D, dilations": conv1(11, 3, { dilations: 3, pads: 2 }),
    "1-D, strides and dilations, elements left over": conv1(13, 3, { dilations: 2, strides: 3, pads: [4, 1] }),
    "1-D, pads beyond the kernel": conv1(4, 2, { pads: [3, 2], strides: 2 }),
    "1-D, symbolic sizes kept": {
      ...conv1(7, 3, { pads: 1 }),
      declared: [["B", C, "T"], [O, C, 3], [O]],
    },
    "1-D, symbolic sizes, shorter": {
      ...conv1(7, 4, { dilations: 2 }),
      declared: [["B", C, "T"], [O, C, 4], [O]],
    },
    "1-D, one convolution on another": {
      shapes: [
        [B, C, 9],
        [O, C, 4],
        [4, O, 2],
      ],
      build: ([x, w, v], lowering) => conv(conv(x, w, null, { strides: 2, lowering }), v, null, { lowering }),
    },
    "2-D": conv2([6, 7], [2, 3]),
    "2-D, kernel 1": conv2([4, 6], [1, 1]),
    "2-D, everything uneven": conv2([9, 12], [2, 4], { strides: [2, 3], pads: [1, 0, 0, 2], dilations: [3, 2] }),
    "2-D, without bias": conv2([5, 6], [3, 2], { pads: 1 }, false),
    "2-D, symbolic height": {
      ...conv2([6, 7], [3, 2], { pads: [1, 0, 1, 0], strides: [1, 2] }),
      declared: [["B", C, "H", 7], [O, C, 3, 2], [O]],
    },
  },
  ConvTranspose: {
    "1-D": transposed([[B, C, 4], [C, O, 3], [O]], {}),
    "1-D, strides, pads, output pads": transposed([[B, C, 4], [C, O, 3], [O]], { strides: 3, pads: [1, 2], outputPads: 2 }),
    "1-D, strides beyond the kernel": transposed(
      [
        [B, C, 4],
        [C, O, 2],
      ],
      { strides: 4 },
    ),
    "1-D, dilations": transposed(
      [
        [B, C, 4],
        [C, O, 3],
      ],
      { dilations: 2, pads: 1 },
    ),
    "1-D, symbolic size": {
      ...transposed([[B, C, 4], [C, O, 3], [O]], { strides: 2 }),
      declared: [["B", C, "T"], [C, O, 3], [O]],
    },
    "2-D, everything uneven": transposed([[B, C, 3, 4], [C, O, 2, 3], [O]], {
      strides: [2, 3],
      pads: [1, 0, 0, 2],
      dilations: [2, 1],
      outputPads: [1, 0],
    }),
    "as the gradient of a convolution": {
      shapes: [
        [B, C, 5],
        [C, O, 3],
        [4, O, 2],
      ],
      build: ([x, w, v], lowering) => conv(convTranspose(x, w, null, { strides: 2, lowering }), v, null, { lowering }),
    },
  },
  AveragePool: {
    "1-D, side by side": pool([8], 2),
    "1-D, elements left over": pool([11], 4),
    "1-D, overlapping": pool([9], 4, { strides: 2 }),
    "1-D, gaps": pool([11], 2, { strides: 4 }),
    "1-D, pads not counted": pool([9], 4, { strides: 3, pads: [1, 2] }),
    "1-D, pads counted": pool([9], 4, { strides: 3, pads: [1, 2], countPadding: true }),
    "1-D, symbolic size, pads not counted": {
      ...pool([7], 3, { strides: 1, pads: 1 }),
      declared: [["B", C, "T"]],
    },
    "1-D, symbolic size, shorter": { ...pool([7], 3, { strides: 1 }), declared: [["B", C, "T"]] },
    "2-D, everything uneven": pool([7, 12], [2, 4], { strides: [1, 3], pads: [1, 2, 0, 1] }),
    "2-D, everything uneven, pads counted": pool([7, 12], [2, 4], { strides: [1, 3], pads: [1, 2, 0, 1], countPadding: true }),
  },
} satisfies Partial<Record<keyof OperatorCases, Record<string, LoweredCase>>>;

const largest = (size: number[], kernel: number | number[], options: Options = {}): GradientCheck => ({
  shapes: [[B, C, ...size]],
  build: ([x]) => [maxPool(x, kernel, options), maxPool(x, kernel, { ...options, lowering: "patches" })],
});

/** The runtime has MaxPool in float64: its rule and its lowering are checked together. */
export const maxPoolCases = {
  MaxPool: {
    "1-D, side by side": largest([8], 2),
    "1-D, elements left over": largest([11], 4),
    "1-D, overlapping": largest([9], 4, { strides: 2 }),
    "1-D, gaps": largest([11], 2, { strides: 4 }),
    "1-D, pads never win": { ...largest([9], 4, { strides: 3, pads: [1, 2] }), low: -2, high: -1 },
    "1-D, symbolic size": { ...largest([7], 3, { strides: 1, pads: 1 }), declared: [["B", C, "T"]] },
    "2-D, everything uneven": largest([7, 12], [2, 4], { strides: [1, 3], pads: [1, 2, 0, 1] }),
  },
} satisfies OperatorCases;
