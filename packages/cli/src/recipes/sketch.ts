import type { ConfigInput } from "@s2s/trainer";
import { Draws } from "./draws.ts";
import { generatedFiles, type DrawnExample } from "./generated.ts";
import { arc } from "./glyphs.ts";
import { evenly, strokes, type Line, type Point } from "./pen.ts";
import { configFile, type Recipe } from "./recipe.ts";

const SIZES = { train: 2000, valid: 200, test: 200 };
const STEP = 0.4;

const CONFIG: ConfigInput = {
  task: "draw",
  data: { train: "train.jsonl", valid: "valid.jsonl" },
  decoder: { hidden: 128 },
  draw: { mixtures: 10 },
  training: { epochs: 20, batchSize: 32, learningRate: 0.002, clipNorm: 1 },
};

/** Houses, fish, stars, flowers and faces without a word to say which: drawings that are made up freely. */
export const sketch: Recipe = {
  description: "generated sketches of houses, fish, stars, flowers and faces, drawn freely: no text",
  make: ({ seed }) => [...generatedFiles(SIZES, (index) => drawSketch(seed, index), "jsonl"), configFile(CONFIG)],
};

const box = (left: number, top: number, right: number, bottom: number): Line => [
  [left, bottom],
  [left, top],
  [right, top],
  [right, bottom],
  [left, bottom],
];

const SKETCHES: readonly ((draws: Draws) => readonly Line[])[] = [
  function house(draws) {
    const [width, height, roof] = [draws.between(0.7, 1.1), draws.between(0.5, 0.8), draws.between(0.4, 0.8)];
    const door = draws.between(-0.3, 0.2);
    return [
      box(-width, 1 - 2 * height, width, 1),
      [
        [-width, 1 - 2 * height],
        [0, 1 - 2 * height - roof],
        [width, 1 - 2 * height],
      ],
      box(door, 1 - height, door + 0.3, 1),
    ];
  },
  function fish(draws) {
    const [length, height, tail] = [draws.between(0.6, 0.9), draws.between(0.3, 0.5), draws.between(0.25, 0.45)];
    return [
      arc(0, 0, length, height, 0, 360),
      [
        [length, 0],
        [length + tail, -tail],
        [length + tail, tail],
        [length, 0],
      ],
      arc(-0.55 * length, -0.2 * height, 0.06, 0.06, 0, 360),
    ];
  },
  function star(draws) {
    const [turn, inner] = [draws.between(-20, 20), draws.between(0.35, 0.5)];
    const corner = (i: number): Point => {
      const [radius, angle] = [i % 2 === 0 ? 1 : inner, ((turn - 90 + 36 * i) * Math.PI) / 180];
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    };
    return [Array.from({ length: 11 }, (_, i) => corner(i))];
  },
  function flower(draws) {
    const petals = draws.whole(4, 6);
    const ring = Array.from({ length: petals }, (_, i): Line => {
      const angle = (2 * Math.PI * i) / petals;
      return arc(0.42 * Math.cos(angle), 0.42 * Math.sin(angle) - 0.4, 0.2, 0.2, 0, 360);
    });
    return [
      arc(0, -0.4, 0.18, 0.18, 0, 360),
      ...ring,
      [
        [0, 0.25],
        [draws.between(-0.2, 0.2), 1.2],
      ],
    ];
  },
  function face(draws) {
    const [eyes, mouth] = [draws.between(0.25, 0.45), draws.between(20, 60)];
    return [
      arc(0, 0, 1, draws.between(0.9, 1.2), -90, 270),
      arc(-eyes, -0.3, 0.1, 0.1, 0, 360),
      arc(eyes, -0.3, 0.1, 0.1, 0, 360),
      draws.chance(0.7) ? arc(0, 0.2, 0.5, 0.35, 90 + mouth, 90 - mouth) : arc(0, 0.7, 0.5, 0.35, 270 - mouth, 270 + mouth),
    ];
  },
];

function drawSketch(seed: number, index: number): DrawnExample {
  const draws = new Draws(seed, "sketch", index);
  const [size, tremble] = [draws.between(0.8, 1.2), draws.between(0.005, 0.02)];
  const lines = draws
    .pick(SKETCHES)(draws)
    .map((line) =>
      evenly(line, STEP).map(([x, y]): Point => [size * (x + tremble * draws.normal()), size * (y + tremble * draws.normal())]),
    );
  const line = JSON.stringify({ strokes: strokes(lines) });
  return { key: line, line };
}
