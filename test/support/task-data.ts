import { Draws } from "../../packages/cli/src/recipes/draws.ts";
import { png } from "./png.ts";

/** Files by their names, and the first of them that holds examples. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

const made = <T>(count: number, what: string, make: (draws: Draws) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(new Draws(1, what, i)));
const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join("");
const jsonLines = (all: readonly object[]): string => lines(all.map((each) => JSON.stringify(each)));
const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

const MARKS = { x: "ex", y: "why", z: "zed" } as const;

/** Letters, one of which says the label, wherever it stands. */
export const classified = (count: number): string =>
  lines(
    made(count, "classified", (draws) => {
      const mark = draws.pick(["x", "y", "z"] as const);
      const letters = () => times(draws.whole(0, 3), () => draws.pick([..."abcd"])).join("");
      return `${letters()}${mark}${letters()}\t${MARKS[mark]}`;
    }),
  );

const PARITY: Readonly<Record<string, string>> = { one: "odd", two: "even", three: "odd", four: "even" };

/** Numbers in words and whether they are even; "not" turns that of the word after it around. */
export const tagged = (count: number): string =>
  lines(
    made(count, "tagged", (draws) => {
      const words = times(draws.whole(2, 6), () => draws.pick([...Object.keys(PARITY), "not", "not"]));
      const labels = words.map((word, i) => {
        if (word === "not") return "none";
        return words[i - 1] === "not" ? (PARITY[word] === "odd" ? "even" : "odd") : PARITY[word]!;
      });
      return `${words.join(" ")}\t${labels.join(" ")}`;
    }),
  );

/** Eight letters in steps of one or three through the first eight of the alphabet: two of them say how it goes on. */
export const cycles = (count: number): string =>
  lines(
    made(count, "cycles", (draws) => {
      const [first, step] = [draws.whole(0, 7), draws.pick([1, 3])];
      return times(8, (k) => "abcdefgh"[(first + k * step) % 8]!).join("");
    }),
  );

/** A wave of twelve steps and another column that runs ahead of it, beside dates. */
export const waves = (rows: number): string => {
  const steps = made(rows, "waves", (draws) => draws.normal());
  const wave = (step: number): number => 50 + 10 * Math.sin((step * Math.PI) / 6);
  return lines([
    "day,level,hint",
    ...steps.map((noise, i) => `day ${i + 1},${(wave(i) + noise / 4).toFixed(3)},${(wave(i + 3) / 10).toFixed(3)}`),
  ]);
};

const COLOURS = { red: [230, 30, 20], green: [30, 210, 40], blue: [20, 40, 240] } as const;

/** Pictures of 10 x 8 pixels, half of them in a colour, and what they show: "red left". */
export function pictures(count: number): Files {
  const all = made(count, "pictures", (draws) => {
    const [colour, side] = [draws.pick(["red", "green", "blue"] as const), draws.pick(["left", "right"])];
    const data = Uint8Array.from({ length: 10 * 8 * 4 }, (_, i) => {
      if (i % 4 === 3) return 255;
      const isColoured = Math.floor(i / 4) % 10 < 5 === (side === "left");
      return (isColoured ? COLOURS[colour][i % 4]! : 128) + draws.whole(-15, 15);
    });
    return { caption: `${colour} ${side}`, file: png({ width: 10, height: 8, data }) };
  });
  return {
    "pictures.tsv": lines(all.map(({ caption }, i) => `${i}.png\t${caption}`)),
    ...Object.fromEntries(all.map(({ file }, i) => [`images/${i}.png`, file])),
  };
}

/** Four numbers that are high or low, and words that say which. */
export const levels = (count: number): string =>
  jsonLines(
    made(count, "levels", (draws) => {
      const high = times(4, () => draws.chance(0.5));
      return {
        source: high.map((is) => (is ? 1 : -1) + 0.2 * draws.normal()),
        target: high.map((is) => (is ? "high" : "low")).join(" "),
      };
    }),
  );

/** Steps of three numbers, the greatest of which says the letter. */
export const sounds = (count: number): string =>
  jsonLines(
    made(count, "sounds", (draws) => {
      const letters = times(draws.whole(2, 4), () => draws.whole(0, 2));
      return {
        source: letters.map((letter) => times(3, (k) => (k === letter ? 1 : 0) + 0.1 * draws.normal())),
        target: letters.map((letter) => "abc"[letter]).join(""),
      };
    }),
  );

const WAYS = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] } as const;

/** A bright square that moves through pictures of 6 x 6 grey pixels, and where to. */
export const films = (count: number): string =>
  jsonLines(
    made(count, "films", (draws) => {
      const way = draws.pick(["left", "right", "up", "down"] as const);
      const frames = draws.whole(3, 4);
      const start = WAYS[way].map((step) => (step > 0 ? 0 : step < 0 ? 4 : draws.whole(0, 4)));
      const frame = (at: number) =>
        times(6, (y) =>
          times(6, (x) => {
            const [left, top] = start.map((from, axis) => from + at * WAYS[way][axis]!) as [number, number];
            return x >= left && x < left + 2 && y >= top && y < top + 2 ? 1 : 0;
          }),
        );
      return { source: times(frames, (at) => [frame(at)]), target: way };
    }),
  );

/** A line to the right or downwards in a few movements, with the word for it, or a staircase without one. */
export const drawings = (count: number, conditioned: boolean): string =>
  jsonLines(
    made(count, "drawings", (draws) => {
      const word = draws.pick(["across", "down"] as const);
      const length = draws.whole(5, 8);
      const movement = (i: number): [number, number] => {
        const [long, short] = [2 + 0.1 * draws.normal(), 0.1 * draws.normal()];
        return (conditioned ? word === "across" : i % 2 === 0) ? [long, short] : [short, long];
      };
      const strokes = times(length, (i) => [...movement(i).map((value) => Number(value.toFixed(2))), i === length - 1 ? 1 : 0]);
      return conditioned ? { text: word, strokes } : { strokes };
    }),
  );
