import { PAD_ID } from "@s2s/runtime";
import type { Batch } from "../executor.ts";

/**
 * Cuts a batch's rows into at most `shards` (1 or more) contiguous parts whose sizes differ by one at most (larger ones first), each with the batch's
 * S and T. Shards without a row are left out. The parts are copies: of a view the whole batch would be sent to every worker.
 */
export function shardBatch(batch: Batch, shards: number): Batch[] {
  const parts = Math.min(shards, batch.size);
  const base = Math.floor(batch.size / parts);
  const larger = batch.size % parts;
  return Array.from({ length: parts }, (_, part) => {
    const begin = part * base + Math.min(part, larger);
    return sliceRows(batch, begin, begin + base + (part < larger ? 1 : 0));
  });
}

function sliceRows(batch: Batch, begin: number, end: number): Batch {
  const { sourceLength: S, targetLength: T } = batch;
  const targetOutput = batch.targetOutput.slice(begin * T, end * T);
  return {
    size: end - begin,
    sourceLength: S,
    targetLength: T,
    source: batch.source.slice(begin * S, end * S),
    sourceLengths: batch.sourceLengths.slice(begin, end),
    targetInput: batch.targetInput.slice(begin * T, end * T),
    targetOutput,
    targetTokens: targetOutput.reduce((count, id) => (id === PAD_ID ? count : count + 1), 0),
  };
}
