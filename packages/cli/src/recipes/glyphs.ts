import type { Line, Point } from "./pen.ts";

/** An arc of an ellipse as a line; angles in degrees, 0 to the right and 90 downwards. */
export const arc = (cx: number, cy: number, rx: number, ry: number, from: number, to: number): Line => {
  const parts = Math.max(2, Math.round(Math.abs(to - from) / 30));
  return Array.from({ length: parts + 1 }, (_, i): Point => {
    const angle = ((from + ((to - from) * i) / parts) * Math.PI) / 180;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  });
};

const bowl = arc(0.3, 0.7, 0.3, 0.3, 0, -360);
const shoulder = (x: number): Line => [[x, 1], [x, 0.7], ...arc(x + 0.22, 0.65, 0.22, 0.25, 180, 360), [x + 0.44, 1]];

/**
 * Small letters as a pen writes them, one width to a letter of 1 in height without what rises (to 0) or falls (to 1.4): x to the right, y
 * downwards, the line at 1 and the small letters' upper edge at 0.4.
 */
export const GLYPHS: Readonly<Record<string, readonly Line[]>> = {
  a: [
    bowl,
    [
      [0.6, 0.4],
      [0.6, 1],
    ],
  ],
  b: [
    [
      [0, 0],
      [0, 1],
    ],
    arc(0.3, 0.7, 0.3, 0.3, 180, -180),
  ],
  c: [arc(0.3, 0.7, 0.3, 0.3, -45, -315)],
  d: [
    bowl,
    [
      [0.6, 0],
      [0.6, 1],
    ],
  ],
  e: [[[0, 0.7], [0.6, 0.7], ...arc(0.3, 0.7, 0.3, 0.3, 0, -315)]],
  h: [
    [
      [0, 0],
      [0, 1],
    ],
    shoulder(0),
  ],
  i: [
    [
      [0.1, 0.4],
      [0.1, 1],
    ],
    [
      [0.1, 0.15],
      [0.12, 0.2],
    ],
  ],
  l: [
    [
      [0.1, 0],
      [0.1, 1],
    ],
  ],
  m: [
    [
      [0, 0.4],
      [0, 1],
    ],
    shoulder(0),
    shoulder(0.44),
  ],
  n: [
    [
      [0, 0.4],
      [0, 1],
    ],
    shoulder(0),
  ],
  o: [arc(0.3, 0.7, 0.3, 0.3, -90, -450)],
  p: [
    [
      [0, 0.4],
      [0, 1.4],
    ],
    arc(0.3, 0.7, 0.3, 0.3, 180, -180),
  ],
  r: [
    [
      [0, 0.4],
      [0, 1],
    ],
    arc(0.2, 0.65, 0.2, 0.25, 180, 300),
  ],
  s: [[...arc(0.25, 0.55, 0.25, 0.15, -30, -270), ...arc(0.25, 0.85, 0.25, 0.15, -90, 150)]],
  t: [
    [[0.2, 0.1], [0.2, 0.9], ...arc(0.35, 0.88, 0.15, 0.12, 180, 60)],
    [
      [0, 0.4],
      [0.4, 0.4],
    ],
  ],
  u: [
    [[0, 0.4], [0, 0.75], ...arc(0.25, 0.75, 0.25, 0.25, 180, 0), [0.5, 0.4]],
    [
      [0.5, 0.4],
      [0.5, 1],
    ],
  ],
};

export const glyphWidth = (lines: readonly Line[]): number => Math.max(...lines.flat().map(([x]) => x));
