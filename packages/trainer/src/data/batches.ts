import { collate, roundUp } from "./collate.ts";
import type { PairBatch } from "./collate.ts";
import type { Pairs } from "./pairs.ts";
import { keyedPermutation } from "./random.ts";

export interface BatchOptions {
  /** Most pairs in a batch. */
  readonly batchSize: number;
  /** Lengths are rounded up to multiples of this. */
  readonly bucket: number;
}

export interface TrainingBatchOptions extends BatchOptions {
  readonly seed: number;
}

/** Batches that are sorted by length together: enough for little padding, few enough that an epoch can be entered anywhere. */
const WINDOW_BATCHES = 64;

/** Batches in an epoch; the last, incomplete one is counted. */
export const batchCount = (pairCount: number, batchSize: number): number => Math.ceil(pairCount / batchSize);

/**
 * The batches of an epoch from batch number `start` (counted from 0) on, a function of (pairs, options, epoch) alone.
 *
 * The pairs are shuffled by a keyed permutation; each window of 64 batches is sorted by length and cut into batches of similar lengths,
 * whose order is shuffled by another. Every pair comes exactly once. Entering at `start` plans one window, no more.
 */
export function* trainingBatches(
  pairs: Pairs,
  options: TrainingBatchOptions,
  epoch: number,
  start = 0,
): Generator<PairBatch, void, undefined> {
  const total = batchCount(pairs.count, options.batchSize);
  for (let window = Math.floor(start / WINDOW_BATCHES); window * WINDOW_BATCHES < total; window++) {
    const first = window * WINDOW_BATCHES;
    const plan = planWindow(pairs, options, epoch, window);
    for (const indices of plan.slice(Math.max(0, start - first))) yield collate(pairs, indices, options.bucket);
  }
}

/** Every pair exactly once, sorted by length, nothing random: for losses and accuracies. */
export function* evaluationBatches(pairs: Pairs, { batchSize, bucket }: BatchOptions): Generator<PairBatch, void, undefined> {
  const indices = Uint32Array.from({ length: pairs.count }, (_, i) => i);
  for (const batch of cutByLength(pairs, indices, { batchSize, bucket })) yield collate(pairs, batch, bucket);
}

/** Pairs of each batch of a window, in the order of training. */
function planWindow(pairs: Pairs, options: TrainingBatchOptions, epoch: number, window: number): Uint32Array[] {
  const begin = window * WINDOW_BATCHES * options.batchSize;
  const size = Math.min(WINDOW_BATCHES * options.batchSize, pairs.count - begin);
  const shuffled = keyedPermutation(pairs.count, options.seed, "shuffle", epoch);
  const indices = Uint32Array.from({ length: size }, (_, i) => shuffled(begin + i));
  const batches = cutByLength(pairs, indices, options);
  const order = keyedPermutation(batches.length, options.seed, `batch order ${window}`, epoch);
  return batches.map((_, i) => batches[order(i)]!);
}

/**
 * Sorts by the target's rounded length, then by the source's, and cuts. The source lengths run up and down in turns, so that a batch
 * across two target lengths has similar sources too. Pairs of equal rounded lengths keep their order, which a shuffle made random.
 */
function cutByLength(pairs: Pairs, indices: Uint32Array, { batchSize, bucket }: BatchOptions): Uint32Array[] {
  const targets = Float64Array.from(indices, (pair) => roundUp(pairs.targetLength(pair) + 1, bucket) / bucket);
  const sources = Float64Array.from(indices, (pair, i) => {
    const length = roundUp(pairs.sourceLength(pair) + 1, bucket);
    return targets[i]! % 2 === 0 ? length : -length;
  });
  const rank = Uint32Array.from(indices, (_, i) => i);
  rank.sort((a, b) => targets[a]! - targets[b]! || sources[a]! - sources[b]! || a - b);
  const sorted = rank.map((i) => indices[i]!);
  return Array.from({ length: batchCount(sorted.length, batchSize) }, (_, i) => sorted.slice(i * batchSize, (i + 1) * batchSize));
}
