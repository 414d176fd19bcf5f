import { END_ID, START_ID } from "@s2s/runtime/parts";
import type { Batch } from "../executor.ts";
import type { Pairs } from "./pairs.ts";

/** A batch that knows which pairs its rows are. */
export interface PairBatch extends Batch {
  /** [B] index of each row's pair. */
  readonly pairs: Uint32Array;
}

/** Smallest multiple of `bucket` that is not below `length`. */
export const roundUp = (length: number, bucket: number): number => Math.ceil(length / bucket) * bucket;

/** Pads the pairs at `indices` with 0 on the right; S and T are the longest lengths, `</s>` included, rounded up to multiples of `bucket`. */
export function collate(pairs: Pairs, indices: Uint32Array, bucket: number): PairBatch {
  const size = indices.length;
  const sourceLengths = new Int32Array(size);
  let longestSource = 0;
  let longestTarget = 0;
  let targetTokens = 0;
  for (let row = 0; row < size; row++) {
    const pair = indices[row]!;
    const targetLength = pairs.targetLength(pair) + 1;
    sourceLengths[row] = pairs.sourceLength(pair) + 1;
    longestSource = Math.max(longestSource, sourceLengths[row]!);
    longestTarget = Math.max(longestTarget, targetLength);
    targetTokens += targetLength;
  }
  const S = roundUp(longestSource, bucket);
  const T = roundUp(longestTarget, bucket);
  const source = new Int32Array(size * S);
  const targetInput = new Int32Array(size * T);
  const targetOutput = new Int32Array(size * T);
  for (let row = 0; row < size; row++) {
    const sourceIds = pairs.source(indices[row]!);
    source.set(sourceIds, row * S);
    source[row * S + sourceIds.length] = END_ID;
    const targetIds = pairs.target(indices[row]!);
    targetInput[row * T] = START_ID;
    targetInput.set(targetIds, row * T + 1);
    targetOutput.set(targetIds, row * T);
    targetOutput[row * T + targetIds.length] = END_ID;
  }
  return { pairs: indices, size, sourceLength: S, targetLength: T, source, sourceLengths, targetInput, targetOutput, targetTokens };
}
