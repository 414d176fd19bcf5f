import type { Value } from "../../ir.ts";
import { relu, tanh } from "../../ops/elementwise.ts";
import { gemm } from "../../ops/matmul.ts";
import { concat, filled, transpose } from "../../ops/movement.ts";
import { project } from "../embedding.ts";
import type { CellKind } from "./cell.ts";

/**
 * The simple recurrent network (Elman 1990), with tanh or with relu.
 *
 *     h' = f(x wx + b + h wh)        x wx + b is `projected`
 *
 * Parameters: wx [inputs, H], wh [H, H], b [H], uniform in +-1/sqrt(H).
 */
const simple = (f: (z: Value) => Value, activation: string): CellKind => ({
  parts: ["h"],
  gates: 1,
  make(scope, inputs, hidden) {
    const init = { kind: "uniform", bound: 1 / Math.sqrt(hidden) } as const;
    const wx = scope.parameter("wx", [inputs, hidden], init);
    const wh = scope.parameter("wh", [hidden, hidden], init);
    const b = scope.parameter("b", [hidden], init);
    return {
      parts: ["h"],
      width: hidden,
      project: (x) => project(scope, x, wx, b),
      step: (projected, [h], seen = h) => [f(gemm(seen, wh, projected))],
      transposedStep: (projected, [h], seen = h) => [f(gemm(transpose(wh), seen, projected))],
      operator: () => ({
        op: "RNN",
        activations: [activation],
        w: wx,
        r: wh,
        b: concat([b, filled(b.graph, b.type, [hidden], 0)], 0),
      }),
    };
  },
});

export const rnn = simple(tanh, "Tanh");
export const rnnRelu = simple(relu, "Relu");
