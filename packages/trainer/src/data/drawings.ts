import { UserError } from "@s2s/runtime";
import { readRows } from "./rows.ts";
import type { Row } from "./rows.ts";

/** Movements of a pen: for each dx, dy, and 1 where the pen is lifted behind it, else 0. */
export type Strokes = Float32Array;
/** Numbers of a movement. */
export const POINT = 3;
/** In place of 0 or 1, behind the last movement of a drawing that a model is to learn (Ha & Eck 2018, section 3.1). */
export const PEN_ENDS = 2;

export interface Drawing {
  /** Empty where drawings come without. */
  readonly text: string;
  readonly strokes: Strokes;
  /** `file:line` */
  readonly where: string;
}

const FORM = '{"text": "...", "strokes": [[dx, dy, pen], ...]}, or without a text';

/** Reads drawings, a line of JSON each. @throws UserError with `file:line` for a line that is none */
export async function* readDrawings(path: string, limit?: number): AsyncGenerator<Drawing, void, undefined> {
  for await (const row of readRows(path, limit)) yield parseDrawing(row);
}

function parseDrawing({ columns, where }: Row): Drawing {
  let value: unknown;
  try {
    value = JSON.parse(columns.join("\t"));
  } catch {
    throw new UserError(`${where}: is no JSON: each line is ${FORM}`);
  }
  const { text = "", strokes } = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  if (typeof text !== "string") throw new UserError(`${where}: "text" must be a text`);
  if (!Array.isArray(strokes) || strokes.length === 0)
    throw new UserError(`${where}: "strokes" must be a list that is not empty: each line is ${FORM}`);
  const data = new Float32Array(strokes.length * POINT);
  for (const [i, point] of (strokes as unknown[]).entries()) {
    if (!isPoint(point))
      throw new UserError(`${where}: movement ${i + 1} of "strokes" must be [dx, dy, pen], numbers that a float32 holds, pen 0 or 1`);
    data.set(point, i * POINT);
  }
  return { text, strokes: data, where };
}

const isPoint = (point: unknown): point is [number, number, number] =>
  Array.isArray(point) &&
  point.length === POINT &&
  point.every((value) => typeof value === "number" && Number.isFinite(Math.fround(value))) &&
  (point[2] === 0 || point[2] === 1);

/** Root of the mean square of all coordinates, by which they are divided (Ha & Eck 2018, section 3.1, divide by the deviation). */
export function scaleOfStrokes(drawings: readonly Strokes[]): number {
  let [sum, count] = [0, 0];
  for (const strokes of drawings) {
    for (let i = 0; i < strokes.length; i += POINT) {
      sum += strokes[i]! ** 2 + strokes[i + 1]! ** 2;
      count += 2;
    }
  }
  return sum > 0 ? Math.sqrt(sum / count) : 1;
}
