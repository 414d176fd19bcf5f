import type { Value } from "../ir.ts";
import type { Scope } from "../scope.ts";
import { addProduct } from "./linear.ts";

export interface Readout {
  /** y [..., F] -> logits [..., V] */
  logits(y: Value): Value;
  /** h [..., H] -> y [..., F]: itself, or projected to the width of the embedding that it is compared with. */
  features(h: Value): Value;
  /** [F, V], or where tied the embedding [V, F]. */
  readonly w: Value;
  readonly b: Value;
  readonly tied: boolean;
}

/**
 * Logits of a vocabulary: h W + b, uniform in +-1/sqrt(H). Tied to an embedding E [V, F] (Press & Wolf 2017) they are y E^T + b, where y is h,
 * or h projected to E's width without a bias. Parameters: w [H, V], b [V]; tied: b [V], and where widths differ projection [H, F].
 */
export function readout(scope: Scope, hidden: number, vocabulary: number, table: Value | null): Readout {
  const uniform = { kind: "uniform", bound: 1 / Math.sqrt(hidden) } as const;
  if (!table) {
    const w = scope.parameter("w", [hidden, vocabulary], uniform);
    const b = scope.parameter("b", [vocabulary], uniform);
    return { features: (h) => h, logits: (y) => addProduct(y, w, b), w, b, tied: false };
  }
  const width = table.shape[1] as number;
  const projection = width === hidden ? null : scope.parameter("projection", [hidden, width], uniform);
  const b = scope.parameter("b", [vocabulary], uniform);
  return {
    features: (h) => (projection ? addProduct(h, projection, null) : h),
    logits: (y) => addProduct(y, table, b, true),
    w: table,
    b,
    tied: true,
  };
}
