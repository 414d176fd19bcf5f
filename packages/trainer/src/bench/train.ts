import { resourceUsage } from "node:process";
import { parameterCount } from "../executors/graphs.ts";
import { hash32 } from "../data/random.ts";
import type { Batch, BatchTensor } from "../executor.ts";
import type { CreateExecutor } from "../train-options.ts";
import { type BenchCase, benchModel, median, stepOperations } from "./cases.ts";

export interface TrainBench {
  readonly case: string;
  readonly threads: number;
  readonly steps: number;
  /** Median, milliseconds. */
  readonly msPerStep: number;
  readonly minMsPerStep: number;
  readonly targetTokensPerSecond: number;
  /** By the textbook count of operations: see `stepOperations`. */
  readonly gflopsPerSecond: number;
  readonly parameters: number;
  /** The most that this process has had in memory (its resident set) up to the last step, whatever it did before. */
  readonly peakMemoryBytes: number;
}

/** Steps before those that are timed: so many, or as many as take so long. */
const [WARM_UP, WARM_UP_MS] = [3, 10_000];

/** Times training steps on random ids without padding. */
export async function benchTrain(
  name: string,
  size: BenchCase,
  createExecutor: CreateExecutor,
  { threads, steps = 15 }: { readonly threads: number; readonly steps?: number },
): Promise<TrainBench> {
  const { config, model } = benchModel(size);
  const { batchSize, learningRate } = config.training;
  const executor = await createExecutor({ model, config, threads });
  const batch = randomBatch(batchSize, size);
  const timed = async (step: number): Promise<number> => {
    const begin = performance.now();
    await executor.step(batch, { step, learningRate, scale: 1 / batch.units });
    return performance.now() - begin;
  };
  const times: number[] = [];
  try {
    let step = 1;
    for (let warm = 0; step <= WARM_UP && warm < WARM_UP_MS; step++) warm += await timed(step);
    for (const end = step + steps; step < end; step++) times.push(await timed(step));
  } finally {
    await executor.close();
  }
  const ms = median(times);
  return {
    case: name,
    threads,
    steps,
    msPerStep: round(ms, 2),
    minMsPerStep: round(Math.min(...times), 2),
    targetTokensPerSecond: Math.round(batch.units / (ms / 1000)),
    gflopsPerSecond: round(stepOperations(size) / ms / 1e6, 1),
    parameters: parameterCount(model),
    peakMemoryBytes: resourceUsage().maxRSS * 1024,
  };
}

/** Ids of no special token. */
export function randomIds(count: number, vocabulary: number, purpose: string): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => 4 + (hash32(1, purpose, 0, i) % (vocabulary - 4)));
}

function randomBatch(batch: number, { sourceLength, targetLength, sourceVocabulary, targetVocabulary }: BenchCase): Batch {
  const ids = (purpose: string, vocabulary: number, length: number): BatchTensor => ({
    type: "int32",
    shape: [batch, length],
    data: randomIds(batch * length, vocabulary, purpose),
  });
  return {
    size: batch,
    tensors: {
      source: ids("source", sourceVocabulary, sourceLength),
      source_lengths: { type: "int32", shape: [batch], data: new Int32Array(batch).fill(sourceLength) },
      target_input: ids("input", targetVocabulary, targetLength),
      target_output: ids("output", targetVocabulary, targetLength),
    },
    units: batch * targetLength,
  };
}

export const round = (value: number, digits: number): number => Number(value.toFixed(digits));
