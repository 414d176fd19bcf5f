import type { Batch, BatchPart, BatchTensor } from "../executor.ts";

/**
 * Cuts a batch's rows into at most `shards` (1 or more) contiguous parts whose sizes differ by one at most (larger ones first), each padded as
 * the batch is. Shards without a row are left out. The parts are copies: of a view the whole batch would be sent to every worker.
 */
export function shardBatch(batch: Batch, shards: number): BatchPart[] {
  const parts = Math.min(shards, batch.size);
  const base = Math.floor(batch.size / parts);
  const larger = batch.size % parts;
  return Array.from({ length: parts }, (_, part) => {
    const begin = part * base + Math.min(part, larger);
    const size = base + (part < larger ? 1 : 0);
    const tensors = Object.entries(batch.tensors).map(([name, tensor]) => [name, sliceRows(tensor, begin, size)] as const);
    return { size, tensors: Object.fromEntries(tensors) };
  });
}

function sliceRows({ type, shape: [rows, ...rest], data }: BatchTensor, begin: number, size: number): BatchTensor {
  const width = data.length / (rows as number);
  return { type, shape: [size, ...rest], data: data.slice(begin * width, (begin + size) * width) };
}
