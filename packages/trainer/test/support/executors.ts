import { expect } from "vitest";
import type { Config, ConfigInput } from "../../src/config.ts";
import { hash32 } from "../../src/data/random.ts";
import type { Batch, BatchTensor, Executor, State } from "../../src/executor.ts";
import { resolveConfig } from "../../src/load-config.ts";
import { modelConfig } from "../../src/model-config.ts";
import type { ExecutorContext } from "../../src/train-options.ts";

const VOCABULARY = { source: 11, target: 13 };

/** A small model of every part, and how it is trained. */
export function configOf(training: ConfigInput["training"] = {}, decoder: ConfigInput["decoder"] = {}): Config {
  return resolveConfig(
    {
      encoder: { embedding: 6, hidden: 10, layers: 2, bidirectional: true },
      decoder: { embedding: 7, hidden: 9, layers: 2, ...decoder },
      training: { batchSize: 7, optimizer: "adam", learningRate: 0.02, clipNorm: 1, ...training },
    },
    "test",
  );
}

export const contextOf = (config: Config, threads: number, state?: State): ExecutorContext => ({
  model: modelConfig(config, VOCABULARY),
  config,
  threads,
  ...(state && { state }),
});

/** Rows of different lengths, a function of `step`. */
export function batchOf(step: number, size = 7): Batch {
  const [S, T] = [5, 6];
  const lengths = (side: string, most: number) => Int32Array.from({ length: size }, (_, row) => 1 + (hash32(1, side, step, row) % most));
  const ids = (side: string, most: number, count: Int32Array, width: number) =>
    Int32Array.from({ length: size * width }, (_, i) =>
      i % width < count[Math.floor(i / width)] ? 1 + (hash32(2, side, step, i) % (most - 1)) : 0,
    );
  const sourceLengths = lengths("source lengths", S);
  const targetLengths = lengths("target lengths", T);
  const tensor = (data: Int32Array, ...shape: number[]): BatchTensor => ({ type: "int32", shape: [size, ...shape], data });
  return {
    size,
    tensors: {
      source: tensor(ids("source", VOCABULARY.source, sourceLengths, S), S),
      source_lengths: tensor(sourceLengths),
      target_input: tensor(ids("input", VOCABULARY.target, targetLengths, T), T),
      target_output: tensor(ids("output", VOCABULARY.target, targetLengths, T), T),
    },
    units: targetLengths.reduce((a, b) => a + b),
  };
}

/** A batch with an id that no embedding has in row `row`, which only the worker of that row meets. */
export function brokenBatch(row: number): Batch {
  const batch = batchOf(1);
  const { data, shape } = batch.tensors["target_input"]!;
  data[row * shape[1]!] = 1000;
  return batch;
}

/** Loss per token and gradient norm of each step. */
export async function steps(executor: Executor, from: number, to: number, { size = 7, learningRate = 0.02 } = {}): Promise<number[]> {
  const losses: number[] = [];
  for (let step = from; step <= to; step++) {
    const { lossSum, gradientNorm, units } = await executor.step(batchOf(step, size), { step, learningRate, scale: 1 / 25 });
    losses.push(lossSum / units, gradientNorm);
  }
  return losses;
}

export function expectClose(found: readonly number[], expected: readonly number[], tolerance = 1e-4): void {
  expect(found.length).toBe(expected.length);
  const worst = Math.max(...found.map((value, i) => Math.abs(value - expected[i])));
  expect(worst).toBeLessThan(tolerance);
}

export const bytes = (state: State): [string, number[]][] =>
  [...state].map(([name, { data }]) => [name, [...new Uint32Array(data.buffer)]]);
