import type { Stroke } from "./prediction.ts";

/** Of the larger side of a drawing. */
const MARGIN = 0.05;
const LINE_WIDTH = 0.01;
const LEAST_EXTENT = 1e-30;

/** Strokes as a picture, y growing downwards as in pen data. The pen comes down at the first point, and again after each at which it was lifted. */
export function toSvg(strokes: readonly Stroke[]): string {
  let [x, y, lifted] = [0, 0, true];
  const [xs, ys]: [number[], number[]] = [[], []];
  const commands = strokes.map(([dx, dy, lifts]) => {
    [x, y] = [x + dx, y + dy];
    xs.push(x);
    ys.push(y);
    // A line of no length shows a point where the pen only touches the paper.
    const command = `${lifted ? "M" : "L"}${short(x)} ${short(y)}${lifted && lifts === 1 ? "h0" : ""}`;
    lifted = lifts === 1;
    return command;
  });
  const [left, top] = [least(xs), least(ys)];
  const [width, height] = [-least(xs.map((value) => -value)) - left, -least(ys.map((value) => -value)) - top];
  const extent = Math.max(width, height);
  // A point, also where a movement is too small to be written.
  const size = extent > LEAST_EXTENT ? extent : 1;
  const box = [left - MARGIN * size, top - MARGIN * size, width + 2 * MARGIN * size, height + 2 * MARGIN * size].map(short).join(" ");
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}"><path d="${commands.join("")}" fill="none" stroke="currentColor" ` +
    `stroke-width="${short(LINE_WIDTH * size)}" stroke-linecap="round" stroke-linejoin="round"/></svg>`
  );
}

const least = (values: readonly number[]): number => values.reduce((low, value) => Math.min(low, value), values[0] ?? 0);
const short = (value: number): string => String(Number(value.toPrecision(6)));
