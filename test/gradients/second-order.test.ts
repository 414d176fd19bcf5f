import {
  type Value,
  add,
  conv,
  gradients,
  layerNormalization,
  logSoftmax,
  matmul,
  maxPool,
  mul,
  reduceSum,
  scan,
  sigmoid,
  tanh,
} from "@s2s/graph-builder";
import { describe, it } from "vitest";
import { B, E, H, T, attentionDecoder, gruCell, lstmCell, nestedLoops } from "../support/cells.ts";
import { type GradientCheck, checkGradient } from "../support/check-gradient.ts";

/** The gradient of a sum of squares, as a function to be differentiated again. */
const derivative =
  (build: (inputs: Value[]) => Value | Value[]) =>
  (inputs: Value[]): Value[] => {
    const loss = [build(inputs)]
      .flat()
      .map((y) => reduceSum(mul(y, y)))
      .reduce((a, b) => add(a, b));
    return gradients(loss, inputs);
  };

const checks: Record<string, Pick<GradientCheck, "shapes"> & { build: (inputs: Value[]) => Value | Value[] }> = {
  "a layer with normalisation": {
    shapes: [[5, 3], [3, 4], [4], [4]],
    build: ([x, w, s, b]) => logSoftmax(layerNormalization(sigmoid(matmul(x, w)), s, b)),
  },
  "convolution and pooling": {
    shapes: [
      [2, 3, 9],
      [5, 3, 4],
    ],
    build: ([x, w]) => maxPool(tanh(conv(x, w, null, { pads: 1 })), 2),
  },
  "a recurrence": {
    shapes: [
      [T, B, E],
      [B, H],
      [E, H],
      [H, H],
    ],
    build: ([xs, h0, w, u]) => {
      const { outputs } = scan(
        ([h], [x]) => {
          const next = tanh(add(matmul(x, w), matmul(h, u)));
          return { states: [next], outputs: [next] };
        },
        [h0],
        [xs],
      );
      return outputs;
    },
  },
  "an LSTM cell": { shapes: lstmCell.shapes, build: (x) => lstmCell.build(x, false) },
  "a GRU cell, reversed": { shapes: gruCell.shapes, build: (x) => gruCell.build(x, true) },
  "an attention decoder": { shapes: attentionDecoder.shapes, build: (x) => attentionDecoder.build(x, false) },
  "a loop in a loop": { shapes: nestedLoops.shapes, build: (x) => nestedLoops.build(x, false) },
};

describe("gradients of gradients", () => {
  for (const [name, { shapes, build }] of Object.entries(checks)) it(name, () => checkGradient({ shapes, build: derivative(build) }));
});
