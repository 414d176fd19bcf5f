import type { ConfigInput } from "@s2s/trainer";
import { allPairs, dataFiles } from "./data-files.ts";
import { configFile, linesFile, type Recipe } from "./recipe.ts";

/** After Toshniwal & Livescu 2016 (bi-LSTM with global attention), smaller: they have three layers of 512. */
const CONFIG: ConfigInput = {
  data: { train: "train.tsv", valid: "valid.tsv" },
  source: { tokens: "char" },
  target: { tokens: "word" },
  encoder: { embedding: 128, hidden: 256, bidirectional: true },
  decoder: { embedding: 128, hidden: 256, attention: "general", inputFeeding: true },
  training: { epochs: 20, batchSize: 128, learningRate: 0.002, dropout: 0.2, schedule: "cosine" },
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
