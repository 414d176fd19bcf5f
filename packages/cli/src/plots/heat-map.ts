import { element, label, svgDocument, textWidth } from "./svg.ts";

export interface HeatMap {
  readonly title: string;
  /** Of the rows, from the top, and the columns. */
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** How dark each cell is, 0 to 1: [rows][columns]. */
  readonly shades: readonly (readonly number[])[];
  /** What is written into each cell; nothing by default. */
  readonly texts?: readonly (readonly string[])[];
  readonly rowTitle: string;
  readonly columnTitle: string;
}

const LONGEST_LABEL = 24;
/** Labels need a cell of this size. */
const LEAST_LABELLED = 10;
const SLANT = Math.PI / 3;

/** A matrix of shaded cells with labels at the left and, slanted, at the top. Large matrices have small cells, and no labels where there is no room. */
export function heatMapSvg(map: HeatMap): string {
  const widest = Math.max(0, ...(map.texts ?? []).flat().map((text) => textWidth(text) + 8));
  const cell = Math.max(3, Math.min(28, 900 / Math.max(map.rows.length, map.columns.length, 1)), widest);
  const legend = `rows: ${map.rowTitle}, columns: ${map.columnTitle}`;
  const labelled = cell >= LEAST_LABELLED;
  const [rows, columns] = [map.rows, map.columns].map((names) => names.map(visible)) as [string[], string[]];
  const longest = (names: readonly string[]): number => (labelled ? Math.max(0, ...names.map(textWidth)) : 0);
  const left = 36 + longest(rows);
  const top = 72 + Math.sin(SLANT) * longest(columns);
  const width = Math.max(left + cell * columns.length + 20 + Math.cos(SLANT) * longest(columns.slice(-4)), textWidth(legend) + 32);
  const cells = map.shades.flatMap((row, i) =>
    row.flatMap((shade, j) => {
      const [x, y] = [left + j * cell, top + i * cell];
      const text = map.texts?.[i]?.[j] ?? "";
      const square = element("rect", { x, y, width: cell, height: cell, fill: hexColor(shade) });
      return text === ""
        ? [square]
        : [square, label(x + cell / 2, y + cell / 2 + 4, text, { "text-anchor": "middle", fill: shade > 0.5 ? "#fff" : "#222" })];
    }),
  );
  const names = labelled
    ? [
        ...rows.map((name, i) => label(left - 6, top + (i + 0.5) * cell + 4, name, { "text-anchor": "end" })),
        ...columns.map((name, j) => label(0, 0, name, { transform: `translate(${left + (j + 0.6) * cell} ${top - 6}) rotate(-60)` })),
      ]
    : [];
  const frame = { x: left, y: top, width: cell * columns.length, height: cell * rows.length, fill: "none", stroke: "#888" };
  return svgDocument(width, top + cell * rows.length + 20, map.title, [
    label(16, 24, map.title, { "font-weight": "600", "font-size": 14 }),
    label(16, 44, legend, { fill: "#666" }),
    ...names,
    ...cells,
    element("rect", frame),
  ]);
}

/** White for 0 to dark blue for 1, as red, green and blue. */
export function shadeColor(shade: number): [number, number, number] {
  const share = Math.min(1, Math.max(0, shade));
  return [255 - 247 * share, 255 - 207 * share, 255 - 148 * share].map(Math.round) as [number, number, number];
}

function hexColor(shade: number): string {
  return `#${shadeColor(shade)
    .map((value) => value.toString(16).padStart(2, "0"))
    .join("")}`;
}

/** White space is a token, too, where texts are characters. */
function visible(name: string): string {
  const shown = name.replaceAll(" ", "\u2423").replaceAll("\t", "\u21E5").replaceAll("\n", "\u21B5");
  const letters = Array.from(shown);
  return letters.length > LONGEST_LABEL ? `${letters.slice(0, LONGEST_LABEL - 1).join("")}\u2026` : shown;
}
