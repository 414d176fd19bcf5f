import { UNKNOWN_ID } from "@s2s/runtime";
import type { Pairs } from "./data/pairs.ts";
import type { Batch, EvaluationSums } from "./executor.ts";
import { overlap } from "./overlap.ts";
import { addSums } from "./sums.ts";

/** Teacher forcing of one batch, such as `Executor.evaluate`. */
export type EvaluateBatch = (batch: Batch) => Promise<EvaluationSums>;

/** Greedy decoding: source ids without `</s>` to target ids without `<s>` and `</s>`, in the order of the sources. */
export type DecodeIds = (sources: readonly Int32Array[]) => Promise<readonly ArrayLike<number>[]>;

/**
 * The sums of all batches; the next batch is made while one is computed. They are added in the order of the batches, so that equal weights give
 * equal figures. An aborted signal ends it after the batch at hand, with an AbortError.
 */
export async function teacherForcing(
  evaluateBatch: EvaluateBatch,
  batches: Iterator<Batch>,
  signal?: AbortSignal,
): Promise<EvaluationSums> {
  let sums: EvaluationSums = {};
  for await (const { result } of overlap(batches, evaluateBatch)) {
    sums = addSums([sums, result]);
    signal?.throwIfAborted();
  }
  return sums;
}

/** Share of exact matches among at most `limit` pairs, spread evenly. A target with an unknown token can never be matched. */
export async function exactMatch(pairs: Pairs, limit: number, decode: DecodeIds): Promise<number> {
  const count = Math.min(limit, pairs.count);
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * pairs.count) / count));
  const decoded = await decode(chosen.map((pair) => pairs.source(pair).slice()));
  if (decoded.length !== count) throw new Error(`decoding gave ${decoded.length} answers for ${count} sources`);
  const matches = chosen.filter((pair, i) => isMatch(decoded[i] as ArrayLike<number>, pairs.target(pair)));
  return matches.length / count;
}

/** Whether an answer is the target; one with an unknown token can never be matched. */
export function isMatch(answer: ArrayLike<number>, target: Int32Array): boolean {
  return answer.length === target.length && target.every((id, i) => id !== UNKNOWN_ID && id === answer[i]);
}
