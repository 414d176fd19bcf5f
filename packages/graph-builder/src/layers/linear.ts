import type { Value } from "../ir.ts";
import { gemm } from "../ops/matmul.ts";
import { reshape } from "../ops/movement.ts";
import type { Scope } from "../scope.ts";
import { product } from "../shape.ts";

/**
 * y = x W + b: x [..., inputs] -> y [..., outputs]. Parameters: w [inputs, outputs], b [outputs],
 * both uniform in +-1/sqrt(inputs), as PyTorch's nn.Linear starts them.
 */
export function linear(scope: Scope, inputs: number, outputs: number): (x: Value) => Value {
  const bound = 1 / Math.sqrt(inputs);
  const w = scope.parameter("w", [inputs, outputs], { kind: "uniform", bound });
  const b = scope.parameter("b", [outputs], { kind: "uniform", bound });
  return (x) => addProduct(x, w, b);
}

/** x W + y: x [..., inputs], w [inputs, outputs] (or its transpose), y [outputs] or [..., outputs] -> [..., outputs]. */
export function addProduct(x: Value, w: Value, y: Value | null, transposed = false): Value {
  const lead = x.shape.slice(0, -1);
  const rows = product(lead);
  const flat = y && y.shape.length > 1 ? reshape(y, [rows, y.shape.at(-1)!]) : y;
  return reshape(gemm(reshape(x, [rows, x.shape.at(-1)!]), w, flat, { transB: transposed }), [...lead, w.shape[transposed ? 0 : 1]]);
}
