import type { ConfigInput } from "@s2s/trainer";
import { Draws } from "./draws.ts";
import { generatedFiles, type DrawnExample } from "./generated.ts";
import { GLYPHS, glyphWidth } from "./glyphs.ts";
import { evenly, strokes, type Line } from "./pen.ts";
import { configFile, type Recipe } from "./recipe.ts";

const SIZES = { train: 3000, valid: 200, test: 200 };
const WORD_LENGTH = { least: 1, most: 4 };
/** Length of a movement of the pen, in letters' heights. */
const STEP = 0.3;

const CONFIG: ConfigInput = {
  task: "draw",
  data: { train: "train.jsonl", valid: "valid.jsonl" },
  source: { tokens: "char" },
  encoder: { embedding: 32, hidden: 64, bidirectional: true },
  decoder: { hidden: 192, attention: "additive" },
  draw: { mixtures: 10 },
  training: { epochs: 20, batchSize: 32, learningRate: 0.002, clipNorm: 1 },
};

/** Words written by hands that differ in slant, size, width and how much they tremble, as movements of the pen. */
export const draw: Recipe = {
  description: "generated handwriting: a word to the movements of the pen that write it",
  make: ({ seed }) => [...generatedFiles(SIZES, (index) => drawWord(seed, index), "jsonl"), configFile(CONFIG)],
};

function drawWord(seed: number, index: number): DrawnExample {
  const draws = new Draws(seed, "draw", index);
  const text = Array.from({ length: draws.whole(WORD_LENGTH.least, WORD_LENGTH.most) }, () => draws.pick(Object.keys(GLYPHS))).join("");
  const line = JSON.stringify({ text, strokes: strokes(handwriting(text, draws)) });
  return { key: line, line };
}

function handwriting(text: string, draws: Draws): Line[] {
  const hand = {
    slant: draws.between(-0.1, 0.3),
    size: draws.between(0.85, 1.15),
    width: draws.between(0.85, 1.2),
    tremble: draws.between(0.005, 0.02),
  };
  let left = 0;
  return Array.from(text).flatMap((letter) => {
    const glyph = GLYPHS[letter]!;
    const [from, rise] = [left, 0.03 * draws.normal()];
    left += glyphWidth(glyph) + draws.between(0.2, 0.35);
    return glyph.map((line) =>
      evenly(line, STEP).map(([x, y]): readonly [number, number] => {
        const height = 1 - y + rise;
        const shaken = (value: number): number => hand.size * (value + hand.tremble * draws.normal());
        return [shaken(hand.width * (from + x) + hand.slant * height), shaken(-height)];
      }),
    );
  });
}
