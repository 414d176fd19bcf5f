import { UNKNOWN_ID } from "@s2s/runtime";
import { evaluationBatches } from "./data/batches.ts";
import type { BatchOptions } from "./data/batches.ts";
import type { Pairs } from "./data/pairs.ts";
import type { Batch, EvaluationResult } from "./executor.ts";
import { overlap } from "./overlap.ts";

/** Teacher forcing of one batch, such as `Executor.evaluate`. */
export type EvaluateBatch = (batch: Batch) => Promise<EvaluationResult>;

/** Greedy decoding: source ids without `</s>` to target ids without `<s>` and `</s>`, in the order of the sources. */
export type DecodeIds = (sources: readonly Int32Array[]) => Promise<readonly ArrayLike<number>[]>;

export interface TeacherForcingFigures {
  /** Real target tokens, `</s>` counted. */
  readonly targetTokens: number;
  /** Cross-entropy in nats per real target token. */
  readonly loss: number;
  /** Share of real target tokens that are the most probable ones, given the right tokens before them. */
  readonly tokenAccuracy: number;
}

/** The figures that `s2s evaluate --json` prints. */
export interface Evaluation extends TeacherForcingFigures {
  readonly pairs: number;
  /** exp(loss): the size of a uniform choice that is as hard. */
  readonly perplexity: number;
  /** Share of pairs whose greedy translation is the target, token for token. */
  readonly sequenceAccuracy: number;
}

export interface EvaluateOptions extends BatchOptions {
  readonly evaluateBatch: EvaluateBatch;
  readonly decode: DecodeIds;
}

/**
 * Evaluates a model on encoded pairs (of a file: `encodeCorpus`).
 * @throws RangeError where there is no pair
 */
export async function evaluate(pairs: Pairs, options: EvaluateOptions): Promise<Evaluation> {
  if (pairs.count === 0) throw new RangeError("no pairs to evaluate");
  const figures = await teacherForcing(options.evaluateBatch, evaluationBatches(pairs, options));
  const sequenceAccuracy = await exactMatch(pairs, pairs.count, options.decode);
  return { pairs: pairs.count, ...figures, perplexity: Math.exp(figures.loss), sequenceAccuracy };
}

/**
 * Loss and token accuracy over batches; the next batch is made while one is computed. Sums are taken in the order of the batches, so that equal
 * weights give equal figures. An aborted signal ends it after the batch at hand, with an AbortError.
 */
export async function teacherForcing(
  evaluateBatch: EvaluateBatch,
  batches: Iterator<Batch>,
  signal?: AbortSignal,
): Promise<TeacherForcingFigures> {
  let lossSum = 0;
  let targetTokens = 0;
  let correct = 0;
  for await (const { result } of overlap(batches, evaluateBatch)) {
    lossSum += result.lossSum;
    targetTokens += result.tokens;
    correct += result.correct;
    signal?.throwIfAborted();
  }
  return { targetTokens, loss: lossSum / targetTokens, tokenAccuracy: correct / targetTokens };
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

function isMatch(answer: ArrayLike<number>, target: Int32Array): boolean {
  return answer.length === target.length && target.every((id, i) => id !== UNKNOWN_ID && id === answer[i]);
}
