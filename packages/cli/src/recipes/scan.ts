import type { ConfigInput } from "@s2s/trainer";
import { allPairs, dataFiles, pairLine } from "./data-files.ts";
import { configFile, linesFile, type Recipe } from "./recipe.ts";

const SPLITS = { simple: "simple", jump: "addprim_jump" } as const;

/**
 * The "overall best" model of Lake & Baroni 2018: LSTMs of 2 x 200 without attention, dropout 0.5, Adam. They choose no checkpoint; here a
 * twentieth of the training commands does.
 */
const CONFIG: ConfigInput = {
  data: { train: "train.tsv", validFraction: 0.05, validSplit: "source" },
  source: { tokens: "word" },
  target: { tokens: "word" },
  encoder: { embedding: 200, hidden: 200, layers: 2 },
  decoder: { embedding: 200, hidden: 200, layers: 2 },
  training: { epochs: 30, batchSize: 32, learningRate: 0.001, dropout: 0.5, schedule: "halving", scheduleStart: 20, scheduleEvery: 2 },
};

export const scan: Recipe = {
  description: 'SCAN (Lake & Baroni 2018), commands to actions: "jump twice" to "I_JUMP I_JUMP"; --split simple or jump',
  data: "a folder with simple-train.tsv and simple-test.tsv, or addprim_jump-train.tsv and addprim_jump-test.tsv: command, tab, actions",
  splits: Object.keys(SPLITS),
  make: async ({ data, split }) => {
    const name = SPLITS[split as keyof typeof SPLITS];
    const [train, test] = await dataFiles(data, [`${name}-train.tsv`, `${name}-test.tsv`]);
    return [
      linesFile("train.tsv", (await allPairs(train)).map(pairLine)),
      linesFile("test.tsv", (await allPairs(test)).map(pairLine)),
      configFile(CONFIG),
    ];
  },
};
