import type { Measure } from "@s2s/trainer";

/** A score as the literature writes it: points as they are, shares in percent. */
export function measureText(unit: Measure["unit"], score: number): string {
  return unit === "points" ? score.toFixed(2) : `${(100 * score).toFixed(2)}%`;
}
