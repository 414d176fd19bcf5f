import type { ConfigInput } from "@s2s/trainer";
import { Draws } from "./draws.ts";
import { generatedFiles, type DrawnExample } from "./generated.ts";
import { configFile, type Recipe } from "./recipe.ts";

const SIZES = { train: 2000, valid: 200, test: 300 };
const SIDE = 16;
const FRAMES = { least: 6, most: 10 };

const CONFIG: ConfigInput = {
  task: "caption",
  data: { train: "train.jsonl", valid: "valid.jsonl" },
  source: { kind: "frames" },
  target: { tokens: "word" },
  encoder: { filters: "8,16", kernel: 3, features: 64, hidden: 64 },
  decoder: { embedding: 32, hidden: 64 },
  training: { epochs: 15, batchSize: 32, learningRate: 0.002 },
};

/** Whether a point, from the shape's middle in units of its radius, belongs to it. */
const SHAPES: Readonly<Record<string, (x: number, y: number) => boolean>> = {
  circle: (x, y) => x * x + y * y <= 1,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) <= 0.9,
  cross: (x, y) => Math.min(Math.abs(x), Math.abs(y)) <= 0.3 && Math.max(Math.abs(x), Math.abs(y)) <= 1,
  triangle: (x, y) => y <= 0.8 && y >= -0.9 && Math.abs(x) <= (y + 0.9) * 0.6,
};
const RADII = { small: 2.2, large: 4 } as const;
const WAYS: Readonly<Record<string, readonly [number, number]>> = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] };

/** Films of a shape on a dark ground, 16 x 16 grey pixels: what it is, and where it goes, once or in two legs. JSON lines of frames [S, 1, H, W]. */
export const video: Recipe = {
  description: 'generated films of moving shapes to sentences: "large circle moves left then up"',
  make: ({ seed }) => [...generatedFiles(SIZES, (index) => drawFilm(seed, index), "jsonl"), configFile(CONFIG)],
};

function drawFilm(seed: number, index: number): DrawnExample {
  const draws = new Draws(seed, "video", index);
  const [shape, size] = [draws.pick(Object.keys(SHAPES)), draws.pick(Object.keys(RADII) as (keyof typeof RADII)[])];
  const legs = drawLegs(draws);
  const frames = draws.whole(FRAMES.least, FRAMES.most);
  const path = positions(legs, frames, draws);
  const [brightness, noise] = [draws.between(0.6, 1), draws.between(0, 0.1)];
  const speckles = Array.from({ length: SIDE * SIDE }, () => noise * draws.fraction());
  // One set of speckles for a film, another part of it for each frame.
  const source = path.map(([x, y], frame) => [
    render(SHAPES[shape]!, RADII[size], x, y, brightness, (pixel) => speckles[(pixel + 101 * frame) % speckles.length]!),
  ]);
  const line = JSON.stringify({ source, target: `${size} ${shape} moves ${legs.join(" then ")}` });
  return { key: line, line };
}

/** One way, or two at a right angle. */
function drawLegs(draws: Draws): string[] {
  const first = draws.pick(Object.keys(WAYS));
  if (draws.chance(0.5)) return [first];
  return [first, draws.pick(Object.keys(WAYS).filter((way) => (WAYS[way]![0] === 0) !== (WAYS[first]![0] === 0)))];
}

/** The middle of the shape in each frame: near the picture's middle half-way, at a speed of its own. */
function positions(legs: readonly string[], frames: number, draws: Draws): (readonly [number, number])[] {
  const speed = draws.between(0.6, 1.2);
  const steps = Array.from({ length: frames - 1 }, (_, i) => WAYS[legs[Math.floor((i * legs.length) / (frames - 1))]!]!);
  let [x, y] = [0, 0];
  const path = [[x, y] as const, ...steps.map(([dx, dy]) => [(x += speed * dx), (y += speed * dy)] as const)];
  const [left, top] = [SIDE / 2 - x / 2 + draws.between(-2, 2), SIDE / 2 - y / 2 + draws.between(-2, 2)];
  return path.map(([px, py]) => [left + px, top + py]);
}

const SUBPIXELS = [1 / 6, 3 / 6, 5 / 6];

/** A picture [H, W], 0 to 1 in hundredths; a pixel is as bright as its part that is covered, by 3 x 3 points. */
function render(
  inside: (x: number, y: number) => boolean,
  radius: number,
  x: number,
  y: number,
  brightness: number,
  noise: (pixel: number) => number,
): number[][] {
  const pixels: number[][] = [];
  for (let row = 0; row < SIDE; row++) {
    const line: number[] = [];
    for (let column = 0; column < SIDE; column++) {
      let covered = 0;
      for (const dy of SUBPIXELS) for (const dx of SUBPIXELS) if (inside((column + dx - x) / radius, (row + dy - y) / radius)) covered++;
      const share = covered / SUBPIXELS.length ** 2;
      line.push(Math.round(100 * Math.min(1, brightness * share + noise(row * SIDE + column))) / 100);
    }
    pixels.push(line);
  }
  return pixels;
}
