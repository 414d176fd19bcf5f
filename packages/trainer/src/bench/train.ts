import { parameterCount } from "../executors/graphs.ts";
import { resolveConfig } from "../load-config.ts";
import { hash32 } from "../data/random.ts";
import type { Batch, BatchTensor } from "../executor.ts";
import type { CreateExecutor } from "../train-options.ts";
import { type BenchCase, benchCase, benchModel, median, stepOperations } from "./cases.ts";

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
}

const WARM_UP = 3;

/** Times training steps on random ids without padding or clipping, Adam 0.001, as ../shared/bench does. */
export async function benchTrain(
  name: string,
  createExecutor: CreateExecutor,
  { threads, steps = 15 }: { readonly threads: number; readonly steps?: number },
): Promise<TrainBench> {
  const size = benchCase(name);
  const config = resolveConfig({ training: { batchSize: size.batch, clipNorm: 0 } }, "bench");
  const executor = await createExecutor({ model: benchModel(size), config, threads });
  const batch = randomBatch(size);
  const times: number[] = [];
  try {
    for (let step = 1; step <= WARM_UP + steps; step++) {
      const begin = performance.now();
      await executor.step(batch, { step, learningRate: config.training.learningRate, scale: 1 / batch.units });
      if (step > WARM_UP) times.push(performance.now() - begin);
    }
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
    parameters: parameterCount(benchModel(size)),
  };
}

/** Ids of no special token. */
export function randomIds(count: number, vocabulary: number, purpose: string): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => 4 + (hash32(1, purpose, 0, i) % (vocabulary - 4)));
}

function randomBatch({ batch, sourceLength, targetLength, sourceVocabulary, targetVocabulary }: BenchCase): Batch {
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
