import { add, mul, sigmoid, tanh } from "../../ops/elementwise.ts";
import { matmul } from "../../ops/matmul.ts";
import { filled, split } from "../../ops/movement.ts";
import { layerNormalization } from "../../ops/reduce.ts";
import { project } from "../embedding.ts";
import type { CellKind } from "./cell.ts";

/**
 * LSTM with layer normalisation of both products and of the cell state (Ba et al. 2016, equations 20 to 22). Gate order i, o, f, g.
 *
 *     LN(a; scale, bias) = (a - mean(a)) / sqrt(variance(a) + 1e-5) scale + bias
 *     z = LN(x wx; sx, b) + LN(h wh; sh, 0)        z [B, 4H]; LN(x wx; sx, b) is `projected`
 *     i, o, f = sigmoid(z[0..3H]),  g = tanh(z[3H..4H])
 *     c' = f c + i g,  h' = o tanh(LN(c'; sc, bc))
 *
 * Parameters: wx [inputs, 4H], wh [H, 4H], uniform in +-1/sqrt(H); sx, sh [4H], sc [H], ones; b [4H], bc [H], zeros. One bias serves both products.
 */
export const layerNormLstm: CellKind = {
  parts: ["h", "c"],
  gates: 4,
  make(scope, inputs, hidden) {
    const init = { kind: "uniform", bound: 1 / Math.sqrt(hidden) } as const;
    const [ones, zeros] = [{ kind: "ones" }, { kind: "zeros" }] as const;
    const wx = scope.parameter("wx", [inputs, 4 * hidden], init);
    const wh = scope.parameter("wh", [hidden, 4 * hidden], init);
    const sx = scope.parameter("sx", [4 * hidden], ones);
    const sh = scope.parameter("sh", [4 * hidden], ones);
    const b = scope.parameter("b", [4 * hidden], zeros);
    const sc = scope.parameter("sc", [hidden], ones);
    const bc = scope.parameter("bc", [hidden], zeros);
    const none = filled(wh.graph, wh.type, [4 * hidden], 0);
    return {
      parts: layerNormLstm.parts,
      width: 4 * hidden,
      project: (x) => project(scope, x, wx, b, (product, bias) => layerNormalization(product, sx, bias)),
      step(projected, [h, c], seen = h) {
        const z = add(projected, layerNormalization(matmul(seen, wh), sh, none));
        const [iof, g] = split(z, [3 * hidden, hidden], 1);
        const [i, o, f] = split(sigmoid(iof), [hidden, hidden, hidden], 1);
        const cell = add(mul(f, c), mul(i, tanh(g)));
        return [mul(o, tanh(layerNormalization(cell, sc, bc))), cell];
      },
    };
  },
};
