import type { ConfigInput } from "@s2s/trainer";
import { Draws } from "./draws.ts";
import { generatedFiles, type DrawnExample } from "./generated.ts";
import { configFile, type Recipe } from "./recipe.ts";
import { DIGIT_SOUNDS, speak } from "./speech.ts";

const SIZES = { train: 2000, valid: 200, test: 300 };
const MOST_DIGITS = 4;

const CONFIG: ConfigInput = {
  task: "caption",
  data: { train: "train.jsonl", valid: "valid.jsonl" },
  source: { kind: "vectors" },
  target: { tokens: "word" },
  encoder: { hidden: 64, bidirectional: true },
  decoder: { embedding: 16, hidden: 96, attention: "additive" },
  training: { epochs: 15, batchSize: 32, learningRate: 0.002, dropout: 0.1 },
};

/** Log-mel frames of one to four digits by voices that differ in length of throat, pitch, speed and loudness, in noise; no two are alike. */
export const spokenDigits: Recipe = {
  description: 'generated audio features of spoken digits to words: "three one four"',
  make: ({ seed }) => [...generatedFiles(SIZES, (index) => drawUtterance(seed, index), "jsonl"), configFile(CONFIG)],
};

function drawUtterance(seed: number, index: number): DrawnExample {
  const draws = new Draws(seed, "spoken digits", index);
  const words = Array.from({ length: draws.whole(1, MOST_DIGITS) }, () => draws.pick(Object.keys(DIGIT_SOUNDS)));
  const source = speak(words, draws).map((frame) => frame.map((value) => Math.round(100 * value) / 100));
  const line = JSON.stringify({ source, target: words.join(" ") });
  return { key: line, line };
}
