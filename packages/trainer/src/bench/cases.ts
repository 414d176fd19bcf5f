import type { ModelConfig } from "@s2s/runtime/manifest";
import type { Config, ConfigInput } from "../config.ts";
import { resolveConfig } from "../load-config.ts";
import { modelConfig } from "../model-config.ts";

/** An LSTM encoder-decoder of texts without attention, how it is trained, and its batch: of `training.batchSize` pairs. */
export interface BenchCase {
  readonly config: ConfigInput;
  readonly sourceLength: number;
  readonly targetLength: number;
  readonly sourceVocabulary: number;
  readonly targetVocabulary: number;
}

interface Sizes extends Omit<BenchCase, "config"> {
  readonly batch: number;
  readonly hidden: number;
  readonly layers: number;
}

/** Embeddings are as wide as the LSTM; Adam without clipping. */
function lstm({ batch, hidden, layers, ...texts }: Sizes): BenchCase {
  const size = { embedding: hidden, hidden, layers };
  return { config: { encoder: size, decoder: size, training: { batchSize: batch, clipNorm: 0 } }, ...texts };
}

const chars = { batch: 64, sourceLength: 16, targetLength: 59, layers: 1, sourceVocabulary: 71, targetVocabulary: 93 };

/** The cases that performance is judged on. */
export const benchCases: Readonly<Record<string, BenchCase>> = {
  "char-64": lstm({ ...chars, hidden: 64 }),
  "char-128": lstm({ ...chars, hidden: 128 }),
  "char-256": lstm({ ...chars, hidden: 256 }),
  "char-256x2": lstm({ ...chars, hidden: 256, layers: 2 }),
  "word-512": lstm({
    batch: 64,
    sourceLength: 30,
    targetLength: 30,
    hidden: 512,
    layers: 1,
    sourceVocabulary: 8000,
    targetVocabulary: 8000,
  }),
  "word-1000": lstm({
    batch: 32,
    sourceLength: 25,
    targetLength: 25,
    hidden: 1000,
    layers: 1,
    sourceVocabulary: 4000,
    targetVocabulary: 4000,
  }),
  "small-batch-256": lstm({
    batch: 16,
    sourceLength: 20,
    targetLength: 20,
    hidden: 256,
    layers: 1,
    sourceVocabulary: 1000,
    targetVocabulary: 1000,
  }),
};

/** A case's configuration with its defaults, and the model that it describes. */
export function benchModel({ config, sourceVocabulary, targetVocabulary }: BenchCase): { config: Config; model: ModelConfig } {
  const resolved = resolveConfig(config, "bench");
  return { config: resolved, model: modelConfig(resolved, { source: sourceVocabulary, target: targetVocabulary }) };
}

/**
 * Floating-point operations of a training step as it is written in textbooks: two for each multiplication by a weight, forward, and twice that backward.
 * What is saved by computing less (the embedding multiplied out) makes the figure higher, not the count lower.
 */
export function stepOperations(size: BenchCase): number {
  const { encoder, decoder, training } = benchModel(size).config;
  const lstm = ({ embedding, hidden, layers }: Config["encoder"] | Config["decoder"]): number =>
    4 * hidden * (embedding + hidden) + (layers - 1) * 8 * hidden * hidden;
  const { sourceLength, targetLength, targetVocabulary } = size;
  const multiplications = sourceLength * lstm(encoder) + targetLength * (lstm(decoder) + decoder.hidden * targetVocabulary);
  return 6 * training.batchSize * multiplications;
}

/** Middle of the times, the higher of two. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
