import type { ConfigInput } from "@s2s/trainer";
import { Draws } from "./draws.ts";
import { dealtAnew, generatedFiles, type DrawnExample } from "./generated.ts";
import { configFile, type Recipe } from "./recipe.ts";

/** 50,000 questions as in the Keras example, of which it holds out a tenth. */
const SIZES = { train: 45_000, valid: 5000, test: 1000 };
const DIGITS = 3;

/**
 * The example `addition_rnn.py` of Keras: LSTMs of 128 units, the question read from its end, the encoder's last state in every step of the
 * decoder. Keras pads with blanks, since its sequences have one length; lengths make that needless here. Its one-hot input becomes a small
 * embedding.
 */
const CONFIG: ConfigInput = {
  data: { train: "train.tsv", valid: "valid.tsv" },
  encoder: { embedding: 16, hidden: 128, reverseSource: true },
  decoder: { embedding: 16, hidden: 128, context: "every-step" },
  training: { epochs: 30, batchSize: 32, learningRate: 0.002, schedule: "cosine", bucket: 8 },
};

export const addition: Recipe = {
  description: 'sums of numbers of up to three digits, the example of Keras: "535+61" to "596"',
  make: ({ seed }) => [
    ...dealtAnew(
      generatedFiles(SIZES, (index) => drawQuestion(seed, index)),
      seed,
      "addition",
    ),
    configFile(CONFIG),
  ],
};

/** Numbers of one to three random digits, leading zeros dropped; a + b and b + a are one question. */
function drawQuestion(seed: number, index: number): DrawnExample {
  const draws = new Draws(seed, "addition", index);
  const number = (): number => Math.floor(draws.fraction() * 10 ** draws.whole(1, DIGITS));
  const [a, b] = [number(), number()];
  return { key: `${Math.min(a, b)}+${Math.max(a, b)}`, line: `${a}+${b}\t${a + b}` };
}
