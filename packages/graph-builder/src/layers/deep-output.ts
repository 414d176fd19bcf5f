import type { Value } from "../ir.ts";
import { add, tanh } from "../ops/elementwise.ts";
import type { Scope } from "../scope.ts";
import { addProduct } from "./linear.ts";
import { project } from "./embedding.ts";

export interface DeepOutputWidths {
  readonly hidden: number;
  /** Of what the decoder looks at in each step; null where that is the same in all of them and comes multiplied out. */
  readonly context: number | null;
  /** Of the embedded token that was read, where it takes part. */
  readonly embedding: number | null;
}

/**
 * What is read out of a step, from state, context and the token that was read (Luong et al. 2015, equation 5; Bahdanau et al. 2015, A.2.2):
 *
 *     o = tanh(h wh + c wc + e we + b)
 *
 * Parameters: wh [H, H], wc [W, H], we [E, H], b [H], uniform in +-1/sqrt(their inputs).
 */
export function deepOutput(scope: Scope, { hidden, context, embedding }: DeepOutputWidths) {
  const weight = (name: string, inputs: number | null): Value | null =>
    inputs === null ? null : scope.parameter(name, [inputs, hidden], { kind: "uniform", bound: 1 / Math.sqrt(inputs) });
  const wh = weight("wh", hidden)!;
  const wc = weight("wc", context);
  const we = weight("we", embedding);
  const b = scope.parameter("b", [hidden], { kind: "uniform", bound: 1 / Math.sqrt(hidden) });
  /** h [..., H], context [..., W] or already multiplied out [B, H], e [..., E] -> [..., H]. */
  return (h: Value, c: Value, e: Value): Value => {
    const sum = addProduct(h, wh, we ? project(scope, e, we, b) : b);
    return tanh(wc ? addProduct(c, wc, sum) : add(sum, c));
  };
}
