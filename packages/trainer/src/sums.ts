import type { EvaluationSums } from "./executor.ts";

/** Adds sums up by their names, in the order given, so that equal parts give equal sums. */
export function addSums(parts: readonly EvaluationSums[]): EvaluationSums {
  const total: Record<string, number> = {};
  for (const part of parts) for (const [name, value] of Object.entries(part)) total[name] = (total[name] ?? 0) + value;
  return total;
}
