/** A point in a drawing's own units, y downwards. */
export type Point = readonly [x: number, y: number];
/** Lines that are drawn without lifting the pen. */
export type Line = readonly Point[];

/** A movement of the pen, and whether it is lifted after it. */
export type Stroke = readonly [dx: number, dy: number, lifted: 0 | 1];

/** Points not farther apart than `step` along a line, so that a long straight is drawn in as many movements as a curve. */
export function evenly(line: Line, step: number): Line {
  const points = line.slice(1).flatMap(([x, y], i): Point[] => {
    const [fromX, fromY] = line[i]!;
    const parts = Math.max(1, Math.round(Math.hypot(x - fromX, y - fromY) / step));
    return Array.from({ length: parts }, (_, k) => [fromX + ((x - fromX) * (k + 1)) / parts, fromY + ((y - fromY) * (k + 1)) / parts]);
  });
  return [line[0]!, ...points];
}

/** Lines as movements in hundredths, from the origin with the pen lifted: the first movement of a line leads to its first point. */
export function strokes(lines: readonly Line[]): Stroke[] {
  let [atX, atY] = [0, 0];
  return lines.flatMap((line) =>
    line.map(([x, y], i): Stroke => {
      const [dx, dy] = [hundredths(x - atX), hundredths(y - atY)];
      // What is written down, not what was meant, so that rounding does not add up.
      [atX, atY] = [atX + dx, atY + dy];
      return [dx, dy, i === line.length - 1 ? 1 : 0];
    }),
  );
}

const hundredths = (value: number): number => Math.round(100 * value) / 100;
