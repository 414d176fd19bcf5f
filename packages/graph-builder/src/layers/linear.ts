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
  return (x) => {
    const rows = product(x.shape.slice(0, -1));
    return reshape(gemm(reshape(x, [rows, inputs]), w, b), [...x.shape.slice(0, -1), outputs]);
  };
}
