import { element, label, polyline, svgDocument } from "./svg.ts";

/** Movements of a pen that starts at the origin, lifted; after a movement with 1 it is lifted again. */
export interface Drawing {
  readonly text?: string | undefined;
  readonly strokes: readonly (readonly [dx: number, dy: number, lifted: number])[];
}

type Point = readonly [number, number];

/** Lines that the pen leaves on the paper. */
export function penLines({ strokes }: Drawing): Point[][] {
  const lines: Point[][] = [];
  let [x, y, down] = [0, 0, false];
  for (const [dx, dy, lifted] of strokes) {
    [x, y] = [x + dx, y + dy];
    if (down) lines.at(-1)!.push([x, y]);
    else lines.push([[x, y]]);
    down = lifted !== 1;
  }
  return lines;
}

const CELL = { width: 240, height: 180, margin: 16, caption: 20 } as const;
const COLUMNS = 4;

/** Drawings side by side, each as large as fits, with its text below. */
export function strokesSvg(drawings: readonly Drawing[]): string {
  const columns = Math.min(COLUMNS, drawings.length);
  const cells = drawings.map((drawing, i) =>
    element("g", { transform: `translate(${(i % columns) * CELL.width} ${Math.floor(i / columns) * CELL.height})` }, drawingCell(drawing)),
  );
  const title = drawings.map(({ text = "drawing" }) => text).join(", ");
  return svgDocument(columns * CELL.width, Math.ceil(drawings.length / columns) * CELL.height, title, cells);
}

function drawingCell(drawing: Drawing): string {
  const lines = penLines(drawing);
  const points = lines.flat();
  const [left, right] = [Math.min(...points.map(([x]) => x)), Math.max(...points.map(([x]) => x))];
  const [top, bottom] = [Math.min(...points.map(([, y]) => y)), Math.max(...points.map(([, y]) => y))];
  const [width, height] = [CELL.width - 2 * CELL.margin, CELL.height - 2 * CELL.margin - CELL.caption];
  const scale = Math.min(width / Math.max(right - left, 1e-9), height / Math.max(bottom - top, 1e-9), 60);
  const place = ([x, y]: Point): Point => [
    CELL.width / 2 + (x - (left + right) / 2) * scale,
    CELL.margin + height / 2 + (y - (top + bottom) / 2) * scale,
  ];
  const pen = { stroke: "#222", "stroke-width": 2.5, "stroke-linecap": "round", "stroke-linejoin": "round" };
  const caption =
    drawing.text === undefined
      ? []
      : [label(CELL.width / 2, CELL.height - CELL.margin, drawing.text, { "text-anchor": "middle", fill: "#666" })];
  // A dot is a line to itself: round ends make it visible.
  return [...lines.map((line) => polyline((line.length === 1 ? [line[0]!, line[0]!] : line).map(place), pen)), ...caption].join("");
}
