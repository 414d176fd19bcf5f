import type { ConfigInput } from "@s2s/trainer";
import { allPairs, dataFiles } from "./data-files.ts";
import { configFile, linesFile, type Recipe } from "./recipe.ts";

/**
 * After Toshniwal & Livescu 2016 (bi-LSTM with global attention), smaller: they have three layers of 512. The few letters and phonemes are not
 * dropped out of their embeddings: so these are multiplied with the input weights once for all, and the next layer's dropout does as well. The last
 * epoch counts: with smoothed labels the loss rises while the answers still get better.
 */
const CONFIG: ConfigInput = {
  data: { train: "train.tsv", valid: "valid.tsv" },
  source: { tokens: "char" },
  target: { tokens: "word" },
  encoder: { embedding: 96, hidden: 320, layers: 2, bidirectional: true },
  decoder: { embedding: 96, hidden: 448, attention: "additive" },
  training: {
    epochs: 10,
    batchSize: 128,
    learningRate: 0.0015,
    schedule: "cosine",
    dropout: 0.2,
    embeddingDropout: 0,
    labelSmoothing: 0.1,
    bucket: 1,
    best: "last",
  },
};

export const g2p: Recipe = {
  description: 'English words to their phonemes, from CMUdict: "hello" to "HH AH L OW"',
  data: "a folder with cntk-train.tsv and cntk-dev.tsv: letters with blanks between them, tab, phonemes",
  make: async ({ data }) => {
    const [train, dev] = await dataFiles(data, ["cntk-train.tsv", "cntk-dev.tsv"]);
    return [linesFile("train.tsv", await words(train)), linesFile("valid.tsv", await words(dev)), configFile(CONFIG)];
  },
};

/** Words as people write them: the letters without the blanks between. */
async function words(path: string): Promise<string[]> {
  return (await allPairs(path)).map(({ source, target }) => `${source.replaceAll(" ", "")}\t${target}`);
}
