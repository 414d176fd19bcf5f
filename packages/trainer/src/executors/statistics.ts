import { STATISTIC_SHARE } from "@s2s/graph-builder";
import type { StateLayout } from "./layout.ts";

/** What a shard of a batch measured. */
export interface Measured {
  /** Examples. */
  readonly size: number;
  /** In the order of `StateLayout.statistics`. */
  readonly values: readonly Float32Array[];
}

/** Moves the stored statistics towards what a batch's shards measured, each counted by its size; what train.onnx does with a whole batch. */
export function moveStatistics(flat: Float32Array, { all, statistics }: StateLayout, shards: readonly Measured[]): void {
  const examples = shards.reduce((sum, { size }) => sum + size, 0);
  for (const [k, name] of statistics.entries()) {
    const { offset, size } = all.tensors.find((tensor) => tensor.name === name)!;
    for (let i = 0; i < size; i++) {
      const measured = shards.reduce((sum, shard) => sum + (shard.values[k][i] * shard.size) / examples, 0);
      flat[offset + i] += (measured - flat[offset + i]) * STATISTIC_SHARE;
    }
  }
}
