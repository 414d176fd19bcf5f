import type { ConfigInput } from "@s2s/trainer";
import { configFile, type Recipe } from "./recipe.ts";
import { TATOEBA, wordFiles } from "./tatoeba.ts";

const SIZES = { train: 100_000, valid: 1000, test: 2000 };

/** How Sutskever et al. 2014, section 3.4, train: 7.5 epochs, the rate halved every half epoch after the fifth. */
const TRAINING: ConfigInput["training"] = {
  epochs: 8,
  batchSize: 128,
  optimizer: "sgd",
  learningRate: 0.7,
  schedule: "halving",
  scheduleStart: 5,
  scheduleEvery: 0.5,
  clipNorm: 5,
  initialization: "uniform",
  initializationScale: 0.08,
};

function config(vocabularies: { source: number; target: number }, width: number, layers: number): ConfigInput {
  const side = { embedding: width, hidden: width, layers };
  return {
    source: { tokens: "word", vocabulary: vocabularies.source },
    target: { tokens: "word", vocabulary: vocabularies.target },
    encoder: { ...side, reverseSource: true },
    decoder: side,
    training: TRAINING,
  };
}

const FULL = config({ source: 160_000, target: 80_000 }, 1000, 4);

/** The model of the paper: 384 million parameters. A batch's logits of 80,000 words would take gigabytes: they are in memory in parts. */
export const SUTSKEVER_2014: ConfigInput = { ...FULL, training: { ...TRAINING, lossChunk: 512 } };

/**
 * The paper divides a batch's gradient by its 128 sentences, s2s by its tokens. For the same steps the rate is as many times larger, and the
 * longest gradient as many times shorter, as a target has tokens (9 of these pairs, its end counted); learning is far slower otherwise.
 */
const SMALL: ConfigInput = {
  data: { train: "train.tsv", valid: "valid.tsv" },
  ...config({ source: 8000, target: 8000 }, 256, 2),
  training: { ...TRAINING, learningRate: 6.3, clipNorm: 0.55 },
};

export const sutskever2014: Recipe = {
  description: "100,000 English-French pairs in words: LSTMs, the source reversed, no attention (Sutskever et al. 2014, smaller)",
  data: TATOEBA,
  make: async ({ data, seed }) => [...(await wordFiles(data, seed, SIZES)), configFile(SMALL)],
};
