import type { Value } from "../../ir.ts";
import { add, mul, sigmoid, tanh } from "../../ops/elementwise.ts";
import { gemm } from "../../ops/matmul.ts";
import { concat, filled, split, transpose } from "../../ops/movement.ts";
import { project } from "../embedding.ts";
import type { CellKind, CellState } from "./cell.ts";

/**
 * LSTM (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000). Gate order i, o, f, g is ONNX's.
 *
 *     z = x wx + b + h wh        z [B, 4H]; x wx + b is `projected`
 *     i, o, f = sigmoid(z[0..3H]),  g = tanh(z[3H..4H])
 *     c' = f c + i g,  h' = o tanh(c')
 *
 * Parameters: wx [inputs, 4H], wh [H, 4H], b [4H], uniform in +-1/sqrt(H).
 */
export const lstm: CellKind = {
  parts: ["h", "c"],
  gates: 4,
  make(scope, inputs, hidden) {
    const init = { kind: "uniform", bound: 1 / Math.sqrt(hidden) } as const;
    const wx = scope.parameter("wx", [inputs, 4 * hidden], init);
    const wh = scope.parameter("wh", [hidden, 4 * hidden], init);
    const b = scope.parameter("b", [4 * hidden], init);
    /** From z, whose gates lie along `axis`. */
    const gates = (z: Value, c: Value, axis: number): CellState => {
      const [iof, g] = split(z, [3 * hidden, hidden], axis);
      const [i, o, f] = split(sigmoid(iof), [hidden, hidden, hidden], axis);
      const cell = add(mul(f, c), mul(i, tanh(g)));
      return [mul(o, tanh(cell)), cell];
    };
    return {
      parts: lstm.parts,
      width: 4 * hidden,
      project: (x) => project(scope, x, wx, b),
      step: (projected, [h, c], seen = h) => gates(gemm(seen, wh, projected), c, 1),
      transposedStep: (projected, [h, c], seen = h) => gates(gemm(transpose(wh), seen, projected), c, 0),
      operator: () => ({ op: "LSTM", w: wx, r: wh, b: concat([b, filled(b.graph, b.type, [4 * hidden], 0)], 0) }),
    };
  },
};
