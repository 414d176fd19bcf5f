import { concat, matmul, add, scan, slice, tanh, unrollScans } from "@s2s/graph-builder";
import { describe, it } from "vitest";
import { B, type Cell, H, T, attentionDecoder, gruCell, lstmCell, nestedLoops, stackedLoops } from "../support/cells.ts";
import { checkGradient, numbers } from "../support/check-gradient.ts";

const cells: Record<string, Cell> = {
  "an LSTM cell": lstmCell,
  "a GRU cell": gruCell,
  "an attention decoder with input feeding": attentionDecoder,
  "a loop on another loop's outputs": stackedLoops,
  "a loop in a loop": nestedLoops,
};

describe("gradients of scan, its steps written as a user would", () => {
  for (const [name, { shapes, build }] of Object.entries(cells)) {
    for (const reverse of [false, true]) {
      const check = { shapes, build: (inputs: Parameters<typeof build>[0]) => build(inputs, reverse) };
      it(`${name}${reverse ? ", reversed" : ""}`, () => checkGradient(check));
      it(`${name}${reverse ? ", reversed" : ""}, unrolled`, () => checkGradient({ ...check, lower: unrollScans }));
      it(`${name}${reverse ? ", reversed" : ""}, symbolic sizes`, () =>
        checkGradient({ ...check, declared: shapes.map((shape) => shape.map((dim) => ({ [T]: "T", [B]: "B" })[dim] ?? dim)) }));
    }
  }

  it("only the initial state is differentiated, the element is sliced", () =>
    checkGradient({
      shapes: [
        [B, H],
        [H, H],
      ],
      others: { xs: { type: "float64", shape: [T, B, 2 * H], data: numbers(T * B * 2 * H, 3) } },
      build: ([h0, w], { xs }) => {
        const result = scan(
          ([h], [x]) => ({ states: [tanh(add(matmul(h, w), slice(x, -1, 0, H)))], outputs: [concat([h, h], -1)] }),
          [h0],
          [xs],
        );
        return [result.states[0], result.outputs[0]];
      },
    }));
});
