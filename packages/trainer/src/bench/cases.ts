import { UserError } from "@s2s/runtime";
import type { ModelConfig } from "@s2s/runtime/manifest";
import { resolveConfig } from "../load-config.ts";
import { modelConfig } from "../model-config.ts";

/** An LSTM encoder-decoder and its batch. */
export interface BenchCase {
  readonly batch: number;
  readonly sourceLength: number;
  readonly targetLength: number;
  readonly hidden: number;
  readonly layers: number;
  readonly sourceVocabulary: number;
  readonly targetVocabulary: number;
}

const chars = { batch: 64, sourceLength: 16, targetLength: 59, layers: 1, sourceVocabulary: 71, targetVocabulary: 93 };

/** The cases that performance is judged on; embeddings are as wide as the LSTM. */
export const benchCases: Readonly<Record<string, BenchCase>> = {
  "char-64": { ...chars, hidden: 64 },
  "char-128": { ...chars, hidden: 128 },
  "char-256": { ...chars, hidden: 256 },
  "char-256x2": { ...chars, hidden: 256, layers: 2 },
  "word-512": { batch: 64, sourceLength: 30, targetLength: 30, hidden: 512, layers: 1, sourceVocabulary: 8000, targetVocabulary: 8000 },
  "word-1000": { batch: 32, sourceLength: 25, targetLength: 25, hidden: 1000, layers: 1, sourceVocabulary: 4000, targetVocabulary: 4000 },
  "small-batch-256": {
    batch: 16,
    sourceLength: 20,
    targetLength: 20,
    hidden: 256,
    layers: 1,
    sourceVocabulary: 1000,
    targetVocabulary: 1000,
  },
};

export function benchCase(name: string): BenchCase {
  const found = benchCases[name];
  if (!found) throw new UserError(`there is no bench case "${name}": take one of ${Object.keys(benchCases).join(", ")}`);
  return found;
}

export function benchModel({ hidden, layers, sourceVocabulary, targetVocabulary }: BenchCase): ModelConfig {
  const size = { embedding: hidden, hidden, layers };
  return modelConfig(resolveConfig({ encoder: size, decoder: size }, "bench"), { source: sourceVocabulary, target: targetVocabulary });
}

/**
 * Floating-point operations of a training step as it is written in textbooks: two for each multiplication by a weight, forward, and twice that backward.
 * What is saved by computing less (the embedding multiplied out) makes the figure higher, not the count lower.
 */
export function stepOperations({ batch, sourceLength, targetLength, hidden, layers, targetVocabulary }: BenchCase): number {
  const lstm = layers * 8 * hidden * hidden;
  return 6 * batch * (sourceLength * lstm + targetLength * (lstm + hidden * targetVocabulary));
}

/** Middle of the times, the higher of two. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
