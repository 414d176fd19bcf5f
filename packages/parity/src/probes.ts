import { END_ID, UNKNOWN_ID } from "@s2s/runtime";
import type { InputConfig, Manifest } from "@s2s/runtime/manifest";
import { threefry2x32 } from "@s2s/runtime/random";
import type { ProbeSource } from "./workload.ts";

/** Longer sources and targets show nothing that these do not. */
export const LONGEST = 16;
/** Products in the convolutions of a film: the reference takes seconds for tens of millions. */
const MOST_PRODUCTS = 4e6;
/** "prob", so that no other draws from these. */
const KEY = 0x70726f62;

/** One source after the other, then side by side: of each length up to the longest, the shortest among them. */
const SHAPES: readonly (readonly number[])[] = [[0.1], [1], [0, 1, 0.4], [0.5, 0.05, 0.9, 0.3, 1, 0.2, 0.7, 0]];
/** Where every source has a single row of an answer, more are asked for, since shares of few rows say little. */
const MANY: readonly number[] = Array.from({ length: 24 }, (_, i) => ((7 * i) % 24) / 23);

type Draw = (row: number, position: number) => number;

/** Sources for a model, in batches; a function of the manifest alone. */
export function drawSources({ maxSourceLength, model }: Manifest): ProbeSource[][] {
  const { input, output } = model;
  const make = maker(input, Math.min(maxSourceLength, LONGEST));
  const single = output.kind === "label" || output.kind === "numbers";
  let row = 0;
  return [...SHAPES, ...(single ? [MANY] : [])].map((shares) =>
    shares.map((share) => {
      row += 1;
      return make(share, row);
    }),
  );
}

/** A movement for each of `count` points: dx, dy and whether the pen is lifted, as scaled drawings have them. */
export function drawPoints(row: number, count: number): Float32Array {
  const draw = uniform(3);
  return Float32Array.from({ length: 3 * count }, (_, i) => {
    const value = draw(row, i);
    return i % 3 === 2 ? Number(value < 0.2) : 4 * value - 2;
  });
}

/** A whole number below `bound`, for a target. */
export const drawChoice = (row: number, position: number, bound: number): number => Math.floor(uniform(5)(row, position) * bound);

/** A number as scaled data have them. */
export const drawNumber = (row: number, position: number): number => 4 * uniform(7)(row, position) - 2;

/** @param kind keeps different draws apart */
function uniform(kind: number): Draw {
  return (row, position) => threefry2x32(KEY, kind, row, position)[0] / 2 ** 32;
}

/** @param share of the longest, in steps */
function maker(input: InputConfig, longest: number): (share: number, row: number) => ProbeSource {
  const stepsOf = (share: number, most = longest): number => 1 + Math.round(share * (most - 1));
  switch (input.kind) {
    case "none":
      return () => [];
    case "tokens": {
      const ids = drawIds(input.vocabulary);
      return (share, row) => [...Array.from({ length: stepsOf(share) - 1 }, (_, position) => ids(row, position)), END_ID];
    }
    case "vector":
    case "vectors": {
      const [shape, sequence] = [[input.width], input.kind === "vectors"];
      return (share, row) => ({ data: filled(sequence ? stepsOf(share) : 1, shape, row, drawNumber), shape, sequence });
    }
    case "image":
    case "frames": {
      const [shape, sequence] = [[input.channels, input.height, input.width], input.kind === "frames"];
      const most = Math.min(longest, Math.max(2, Math.floor(MOST_PRODUCTS / products(input))));
      return (share, row) => ({ data: filled(sequence ? stepsOf(share, most) : 1, shape, row, uniform(1)), shape, sequence });
    }
  }
}

function drawIds(size: number): Draw {
  return (row, position) => {
    const [place, kind] = threefry2x32(KEY, size, row, position);
    // Now and then a token that the vocabulary lacks.
    return kind % 16 === 0 || size === END_ID + 1 ? UNKNOWN_ID : END_ID + 1 + (place % (size - END_ID - 1));
  };
}

function filled(steps: number, shape: readonly number[], row: number, draw: Draw): Float32Array {
  const size = shape.reduce((product, dimension) => product * dimension, steps);
  return Float32Array.from({ length: size }, (_, position) => draw(row, position));
}

/** Of an image's convolutions. */
function products({ channels, height, width, filters, kernel }: Extract<InputConfig, { kind: "image" | "frames" }>): number {
  return filters.reduce((sum, outputs, block) => {
    const inputs = block === 0 ? channels : filters[block - 1];
    return sum + inputs * outputs * kernel ** 2 * Math.floor(height / 2 ** block) * Math.floor(width / 2 ** block);
  }, 0);
}
