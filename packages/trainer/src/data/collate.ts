import { END_ID, START_ID } from "@s2s/runtime/parts";
import type { Batch, BatchTensor } from "../executor.ts";
import { roundUp } from "./examples.ts";
import type { Pairs } from "./pairs.ts";

/** Pads the pairs at `indices` with 0 on the right; S and T are the longest lengths, `</s>` included, rounded up to multiples of `bucket`. */
export function collate(pairs: Pairs, indices: Uint32Array, bucket: number): Batch {
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
  const ids = (data: Int32Array, ...shape: number[]): BatchTensor => ({ type: "int32", shape: [size, ...shape], data });
  const tensors = {
    source: ids(source, S),
    source_lengths: ids(sourceLengths),
    target_input: ids(targetInput, T),
    target_output: ids(targetOutput, T),
  };
  return { size, tensors, units: targetTokens };
}
