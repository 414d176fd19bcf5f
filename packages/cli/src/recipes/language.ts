import { UserError } from "@s2s/runtime";
import type { ConfigInput } from "@s2s/trainer";
import { shuffled } from "./draws.ts";
import { configFile, linesFile, type Recipe } from "./recipe.ts";
import { sentencePairs, TATOEBA } from "./tatoeba.ts";

const SIZES = { train: 40_000, valid: 2000, test: 4000 };

const CONFIG: ConfigInput = {
  task: "classify",
  data: { train: "train.tsv", valid: "valid.tsv" },
  source: { tokens: "char", minFrequency: 3 },
  encoder: { embedding: 32, cell: "gru", hidden: 64, bidirectional: true, pooling: "max" },
  training: { epochs: 4, batchSize: 64, learningRate: 0.002, dropout: 0.1 },
};

export const language: Recipe = {
  description: 'which language is it: "Bonsoir." to "French"; sentences of tatoeba.org',
  data: TATOEBA,
  make: async ({ data, seed }) => {
    const lines = shuffled(labelled(await sentencePairs(data)), seed, "language");
    const [test, valid] = [SIZES.test, SIZES.test + SIZES.valid];
    if (lines.length < valid + SIZES.train)
      throw new UserError(
        `--data ${data}: has ${lines.length} sentences, but this recipe takes ${valid + SIZES.train}: name the whole file`,
      );
    return [
      linesFile("train.tsv", lines.slice(valid, valid + SIZES.train)),
      linesFile("valid.tsv", lines.slice(test, valid)),
      linesFile("test.tsv", lines.slice(0, test)),
      configFile(CONFIG),
    ];
  },
};

/** Every sentence once with its language; without those that both have ("Impossible !" may be either). */
function labelled(pairs: readonly { source: string; target: string }[]): string[] {
  const letters = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}]/gu, "");
  const french = new Set(pairs.map(({ target }) => letters(target)));
  const both = new Set(pairs.map(({ source }) => letters(source)).filter((text) => french.has(text)));
  const sentences = (side: "source" | "target", label: string): string[] =>
    [...new Set(pairs.map((pair) => pair[side]))].filter((text) => !both.has(letters(text))).map((text) => `${text}\t${label}`);
  return [...sentences("source", "English"), ...sentences("target", "French")];
}
