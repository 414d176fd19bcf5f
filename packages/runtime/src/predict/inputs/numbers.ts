import type { Refusal } from "../../engine/service.ts";
import { contentSource, type Source } from "../../model-source.ts";

/**
 * A list of numbers, plain or typed.
 * @returns what is wrong with it, in words that follow its name
 */
function problemOf(value: unknown, width: number): string | undefined {
  if (!Array.isArray(value) && !(value instanceof Float32Array) && !(value instanceof Float64Array)) return "is no list of numbers";
  if (value.length !== width) return `has ${value.length} ${value.length === 1 ? "number" : "numbers"}, but this model takes ${width}`;
  const wrong = value.findIndex((number: unknown) => numberProblem(number) !== undefined);
  return wrong < 0 ? undefined : `has at place ${wrong + 1} ${numberProblem(value[wrong])}`;
}

/** What is there in place of a number that a graph takes, in words; nothing where there is one. */
export function numberProblem(value: unknown): string | undefined {
  if (typeof value !== "number" || !Number.isFinite(value)) return `no number but ${show(value)}`;
  return Number.isFinite(Math.fround(value)) ? undefined : `${value}, more than a float32 holds`;
}

export const show = (value: unknown): string =>
  typeof value === "number" ? String(value) : (JSON.stringify(value)?.slice(0, 40) ?? String(value));

/** One vector. */
export function readVector(value: unknown, width: number): Source | Refusal {
  const problem = problemOf(value, width);
  return problem === undefined
    ? contentSource(Float32Array.from(value as number[]), [width], false)
    : { error: `the input ${problem}: give one list of numbers` };
}

/** A sequence of vectors, one for each step. */
export function readVectors(value: unknown, width: number, mostSteps: number): Source | Refusal {
  if (!Array.isArray(value)) return { error: "the input is no list of vectors: give a list of numbers for each step" };
  const problem = lengthProblem(value.length, mostSteps);
  if (problem !== undefined) return problem;
  const data = new Float32Array(value.length * width);
  for (const [step, vector] of value.entries()) {
    const wrong = problemOf(vector, width);
    if (wrong !== undefined) return { error: `step ${step + 1} ${wrong}` };
    data.set(vector as number[], step * width);
  }
  return contentSource(data, [width], true);
}

/** @param mostSteps the manifest's, which counts the end that tokens have */
export function lengthProblem(steps: number, mostSteps: number): Refusal | undefined {
  if (steps === 0) return { error: "the input has no steps: give at least one" };
  if (steps > mostSteps) return { error: `the input has ${steps} steps and this model reads at most ${mostSteps}: shorten it` };
  return undefined;
}
