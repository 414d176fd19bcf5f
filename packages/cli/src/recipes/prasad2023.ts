import type { ConfigInput } from "@s2s/trainer";
import { pairLine } from "./data-files.ts";
import { oneHotWidths } from "./keras-char.ts";
import { configFile, linesFile, type Recipe } from "./recipe.ts";
import { firstPairs, TATOEBA } from "./tatoeba.ts";

const PAIRS = 10_000;

/** Characters in and out, LSTMs of 60 units, Adam with a rate of 0.01, batches of 100, 100 epochs, the last fifth held out; one-hot as in keras-char. */
export const prasad2023: Recipe = {
  description: "the first 10,000 English-French pairs in characters, LSTMs of 60 units, for curves of loss and accuracy",
  data: TATOEBA,
  make: async ({ data }) => {
    const pairs = await firstPairs(data, PAIRS);
    const { source, target } = oneHotWidths(pairs);
    const config: ConfigInput = {
      data: { train: "train.tsv", validFraction: 0.2, validSplit: "tail" },
      encoder: { embedding: source, hidden: 60 },
      decoder: { embedding: target, hidden: 60 },
      training: { measureTraining: true, epochs: 100, batchSize: 100, learningRate: 0.01, epsilon: 1e-7, clipNorm: 0 },
    };
    return [linesFile("train.tsv", pairs.map(pairLine)), configFile(config)];
  },
};
