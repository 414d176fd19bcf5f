import type { StepModel } from "../step-model.ts";
import type { Hypothesis } from "./hypothesis.ts";
import type { SearchOptions } from "./options.ts";
import { search } from "./search.ts";

export type GreedyOptions = Pick<SearchOptions, "maxLength" | "batchSize">;

/** Greedy search, one hypothesis for each source. */
export async function greedy<S>(
  model: StepModel<S>,
  sources: readonly (readonly number[])[],
  { maxLength, batchSize }: GreedyOptions,
): Promise<Hypothesis[]> {
  const found = await search(model, sources, { maxLength, batchSize });
  return found.flatMap(([best]) => (best === undefined ? [] : [best]));
}
