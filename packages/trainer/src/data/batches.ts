import { roundUp } from "./examples.ts";
import type { ExampleBatch, Examples } from "./examples.ts";
import { keyedPermutation } from "./random.ts";

export interface BatchOptions {
  /** Most examples in a batch. */
  readonly batchSize: number;
  /** Lengths are rounded up to multiples of this. */
  readonly bucket: number;
}

export interface TrainingBatchOptions extends BatchOptions {
  readonly seed: number;
  /** Takes examples of all lengths together, as batch normalisation needs them: its moments are those of a batch (default false). */
  readonly mixLengths?: boolean;
}

/** Batches that are sorted by length together: enough for little padding, few enough that an epoch can be entered anywhere. */
const WINDOW_BATCHES = 64;

/** Batches in an epoch; the last, incomplete one is counted. */
export const batchCount = (count: number, batchSize: number): number => Math.ceil(count / batchSize);

/**
 * The batches of an epoch from batch number `start` (counted from 0) on, a function of (examples, options, epoch) alone.
 *
 * The examples are shuffled by a keyed permutation; each window of 64 batches is sorted by length and cut into batches of similar lengths,
 * whose order is shuffled by another. Every example comes exactly once. Entering at `start` plans one window, no more.
 */
export function* trainingBatches(
  examples: Examples,
  options: TrainingBatchOptions,
  epoch: number,
  start = 0,
): Generator<ExampleBatch, void, undefined> {
  const total = batchCount(examples.count, options.batchSize);
  for (let window = Math.floor(start / WINDOW_BATCHES); window * WINDOW_BATCHES < total; window++) {
    const first = window * WINDOW_BATCHES;
    const plan = planWindow(examples, options, epoch, window);
    for (const indices of plan.slice(Math.max(0, start - first))) yield withExamples(examples, indices, options.bucket);
  }
}

/** Every example exactly once, sorted by length, nothing random: for losses and accuracies. */
export function* evaluationBatches(examples: Examples, { batchSize, bucket }: BatchOptions): Generator<ExampleBatch, void, undefined> {
  const indices = Uint32Array.from({ length: examples.count }, (_, i) => i);
  for (const batch of cutByLength(examples, indices, { batchSize, bucket })) yield withExamples(examples, batch, bucket);
}

/** Examples of each batch of a window, in the order of training. */
function planWindow(examples: Examples, options: TrainingBatchOptions, epoch: number, window: number): Uint32Array[] {
  const begin = window * WINDOW_BATCHES * options.batchSize;
  const size = Math.min(WINDOW_BATCHES * options.batchSize, examples.count - begin);
  const shuffled = keyedPermutation(examples.count, options.seed, "shuffle", epoch);
  const indices = Uint32Array.from({ length: size }, (_, i) => shuffled(begin + i));
  const batches = options.mixLengths === true ? cut(indices, options.batchSize) : cutByLength(examples, indices, options);
  const order = keyedPermutation(batches.length, options.seed, `batch order ${window}`, epoch);
  return batches.map((_, i) => batches[order(i)]!);
}

/**
 * Sorts by the first rounded length (of pairs the target's), then by the second (the source's), and cuts. The second lengths run up and down in
 * turns, so that a batch across two first lengths has similar second ones too. Examples of equal rounded lengths keep their order, which a shuffle made random.
 */
function cutByLength(examples: Examples, indices: Uint32Array, { batchSize, bucket }: BatchOptions): Uint32Array[] {
  const firsts = Float64Array.from(indices, (example) => roundUp(examples.lengths(example)[0], bucket) / bucket);
  const seconds = Float64Array.from(indices, (example, i) => {
    const length = roundUp(examples.lengths(example)[1], bucket);
    return firsts[i]! % 2 === 0 ? length : -length;
  });
  const rank = Uint32Array.from(indices, (_, i) => i);
  rank.sort((a, b) => firsts[a]! - firsts[b]! || seconds[a]! - seconds[b]! || a - b);
  return cut(
    rank.map((i) => indices[i]!),
    batchSize,
  );
}

const cut = (indices: Uint32Array, batchSize: number): Uint32Array[] =>
  Array.from({ length: batchCount(indices.length, batchSize) }, (_, i) => indices.slice(i * batchSize, (i + 1) * batchSize));

const withExamples = (examples: Examples, indices: Uint32Array, bucket: number): ExampleBatch => ({
  examples: indices,
  ...examples.collate(indices, bucket),
});
