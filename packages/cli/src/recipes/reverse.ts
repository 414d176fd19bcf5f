import type { ConfigInput } from "@s2s/trainer";
import { Draws } from "./draws.ts";
import { generatedFiles, pair } from "./generated.ts";
import { configFile, type Recipe } from "./recipe.ts";

const SIZES = { train: 50_000, valid: 1000, test: 1000 };
const NUMBERS = 50;
/** JoeyNMT trains on sequences of up to 25 numbers and measures on up to 30. */
const LONGEST = { train: 25, held: 30 };

/** As `configs/reverse.yaml` of JoeyNMT (Kreutzer et al. 2019): "luong" is the general score; two epochs are 10,000 batches, and it stops at 7,000. */
const CONFIG: ConfigInput = {
  data: { train: "train.tsv", valid: "valid.tsv" },
  source: { tokens: "word" },
  target: { tokens: "word" },
  encoder: { embedding: 16, hidden: 64, bidirectional: true },
  decoder: { embedding: 16, hidden: 64, bridge: "zero", attention: "general", inputFeeding: true },
  training: { epochs: 2, batchSize: 10, learningRate: 0.001, clipNorm: 1, dropout: 0.1, schedule: "plateau", scheduleEvery: 5 },
};

/** Sequences of numbers from 0 to 49 and the same from the end, as `scripts/generate_reverse_task.py` of JoeyNMT makes them. */
export const reverse: Recipe = {
  description: 'numbers to the same numbers from the end, the task of JoeyNMT: "3 1 41" to "41 1 3"',
  make: ({ seed }) => [
    ...generatedFiles(SIZES, (index, part) => {
      const draws = new Draws(seed, "reverse", index);
      const length = draws.whole(1, part === "train" ? LONGEST.train : LONGEST.held);
      const numbers = Array.from({ length }, () => draws.whole(0, NUMBERS - 1));
      return pair(numbers.join(" "), numbers.toReversed().join(" "));
    }),
    configFile(CONFIG),
  ],
};
