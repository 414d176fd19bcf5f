import type { Value } from "../../ir.ts";
import { add, mul, sigmoid, sub, tanh } from "../../ops/elementwise.ts";
import { gemm } from "../../ops/matmul.ts";
import { concat, filled, split, transpose } from "../../ops/movement.ts";
import { project } from "../embedding.ts";
import type { CellKind, CellState } from "./cell.ts";

/**
 * Gated recurrent unit (Cho et al. 2014): the reset gate comes before the product. Gate order z, r, n is ONNX's.
 *
 *     p = x wx + b                   p [B, 3H] is `projected`
 *     z, r = sigmoid(p[0..2H] + h wh)
 *     n = tanh(p[2H..3H] + (r h) wn)
 *     h' = (1 - z) n + z h
 *
 * Parameters: wx [inputs, 3H], wh [H, 2H], wn [H, H], b [3H], uniform in +-1/sqrt(H).
 */
export const gru: CellKind = {
  parts: ["h"],
  gates: 2,
  make(scope, inputs, hidden) {
    const init = { kind: "uniform", bound: 1 / Math.sqrt(hidden) } as const;
    const wx = scope.parameter("wx", [inputs, 3 * hidden], init);
    const wh = scope.parameter("wh", [hidden, 2 * hidden], init);
    const wn = scope.parameter("wn", [hidden, hidden], init);
    const b = scope.parameter("b", [3 * hidden], init);
    /** Gates lie along `axis`; `times` adds a product of the state with a weight. */
    const step = (times: (h: Value, w: Value, to: Value) => Value, axis: number, p: Value, h: Value, seen: Value): CellState => {
      const [gates, candidate] = split(p, [2 * hidden, hidden], axis);
      const [z, r] = split(sigmoid(times(seen, wh, gates)), [hidden, hidden], axis);
      const n = tanh(times(mul(r, seen), wn, candidate));
      return [add(n, mul(z, sub(h, n)))];
    };
    return {
      parts: gru.parts,
      width: 3 * hidden,
      project: (x) => project(scope, x, wx, b),
      step: (projected, [h], seen = h) => step(gemm, 1, projected, h, seen),
      transposedStep: (projected, [h], seen = h) => step((x, w, to) => gemm(transpose(w), x, to), 0, projected, h, seen),
      operator: () => ({
        op: "GRU",
        linear_before_reset: 0,
        w: wx,
        r: concat([wh, wn], 1),
        b: concat([b, filled(b.graph, b.type, [3 * hidden], 0)], 0),
      }),
    };
  },
};
