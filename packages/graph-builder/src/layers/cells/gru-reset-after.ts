import type { Value } from "../../ir.ts";
import { add, mul, sigmoid, sub, tanh } from "../../ops/elementwise.ts";
import { gemm } from "../../ops/matmul.ts";
import { concat, filled, reshape, split, transpose } from "../../ops/movement.ts";
import { project } from "../embedding.ts";
import type { CellKind, CellState } from "./cell.ts";

/**
 * Gated recurrent unit as cuDNN, PyTorch and Keras have it: the reset gate comes after the product, so that there is one product only.
 * Gate order z, r, n is ONNX's.
 *
 *     p = x wx + b,  q = h wh        p, q [B, 3H]; p is `projected`
 *     z, r = sigmoid(p[0..2H] + q[0..2H])
 *     n = tanh(p[2H..3H] + r (q[2H..3H] + bn))
 *     h' = (1 - z) n + z h
 *
 * Parameters: wx [inputs, 3H], wh [H, 3H], b [3H], bn [H], uniform in +-1/sqrt(H).
 */
export const gruResetAfter: CellKind = {
  parts: ["h"],
  gates: 3,
  make(scope, inputs, hidden) {
    const init = { kind: "uniform", bound: 1 / Math.sqrt(hidden) } as const;
    const wx = scope.parameter("wx", [inputs, 3 * hidden], init);
    const wh = scope.parameter("wh", [hidden, 3 * hidden], init);
    const b = scope.parameter("b", [3 * hidden], init);
    const bn = scope.parameter("bn", [hidden], init);
    /** From both products, whose gates lie along `axis`. */
    const gates = (p: Value, q: Value, bias: Value, h: Value, axis: number): CellState => {
      const [px, pn] = split(p, [2 * hidden, hidden], axis);
      const [qx, qn] = split(q, [2 * hidden, hidden], axis);
      const [z, r] = split(sigmoid(add(px, qx)), [hidden, hidden], axis);
      const n = tanh(add(pn, mul(r, add(qn, bias))));
      return [add(n, mul(z, sub(h, n)))];
    };
    return {
      parts: gruResetAfter.parts,
      width: 3 * hidden,
      project: (x) => project(scope, x, wx, b),
      step: (projected, [h], seen = h) => gates(projected, gemm(seen, wh), bn, h, 1),
      transposedStep: (projected, [h], seen = h) => gates(projected, gemm(transpose(wh), seen), reshape(bn, [hidden, 1]), h, 0),
      operator: () => ({
        op: "GRU",
        linear_before_reset: 1,
        w: wx,
        r: wh,
        b: concat([b, filled(b.graph, b.type, [2 * hidden], 0), bn], 0),
      }),
    };
  },
};
