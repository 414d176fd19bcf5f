import type { Refusal } from "../../engine/service.ts";
import { pictureInput, type PictureShape, type Pixels } from "../../images/pixels.ts";
import { contentSource, type Source } from "../../model-source.ts";
import { lengthProblem } from "./numbers.ts";

/** One picture: pixels, which are brought to the model's size, or numbers from 0 to 1 as the model takes them. */
export function readPicture(value: unknown, shape: PictureShape): Source | Refusal {
  const numbers = numbersOf(value, shape);
  return typeof numbers === "string" ? { error: `the picture ${numbers}` } : contentSource(numbers, dimensions(shape), false);
}

/** A sequence of pictures. */
export function readFrames(value: unknown, shape: PictureShape, mostSteps: number): Source | Refusal {
  if (!Array.isArray(value)) return { error: "the input is no list of pictures: give one for each step" };
  const problem = lengthProblem(value.length, mostSteps);
  if (problem !== undefined) return problem;
  const size = shape.channels * shape.height * shape.width;
  const data = new Float32Array(value.length * size);
  for (const [step, frame] of value.entries()) {
    const numbers = numbersOf(frame, shape);
    if (typeof numbers === "string") return { error: `the picture of step ${step + 1} ${numbers}` };
    data.set(numbers, step * size);
  }
  return contentSource(data, dimensions(shape), true);
}

const dimensions = ({ channels, height, width }: PictureShape): number[] => [channels, height, width];

/** [C, H, W], or what is wrong. */
function numbersOf(value: unknown, shape: PictureShape): Float32Array | string {
  if (isPixels(value)) {
    return value.data.length === value.width * value.height * 4 && value.data.length > 0
      ? pictureInput(value, shape)
      : `of ${value.width} x ${value.height} pixels must have ${value.width * value.height * 4} numbers, not ${value.data.length}`;
  }
  const form = `must be pixels or numbers from 0 to 1 [${dimensions(shape).join(", ")}]`;
  const flat = value instanceof Float32Array ? value : flatten(value, dimensions(shape));
  if (flat === undefined || flat.length !== shape.channels * shape.height * shape.width) return form;
  return flat.every((number) => number >= 0 && number <= 1) ? flat : `${form}, and has others`;
}

function isPixels(value: unknown): value is Pixels {
  if (typeof value !== "object" || value === null) return false;
  const { width, height, data } = value as Partial<Pixels>;
  return (data instanceof Uint8Array || data instanceof Uint8ClampedArray) && isSize(width) && isSize(height);
}

const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;

/** Nested lists of exactly these lengths. */
function flatten(value: unknown, lengths: readonly number[]): Float32Array | undefined {
  let level = [value];
  for (const length of lengths) {
    if (!level.every((list) => Array.isArray(list) && list.length === length)) return undefined;
    level = level.flat();
  }
  return level.every((number) => typeof number === "number") ? Float32Array.from(level as number[]) : undefined;
}
