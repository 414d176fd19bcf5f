import pngjs from "pngjs";
import { shadeColor } from "./heat-map.ts";

/** Pixels that a cell's side has at most, and the picture's longer side. */
const CELL = 16;
const LONGEST = 4096;

/** A matrix of shades, 0 to 1, as a PNG file of cells without labels, for programs and documents that bring their own: SVG has them. */
export function heatMapPng(shades: readonly (readonly number[])[]): Uint8Array {
  const [rows, columns] = [shades.length, shades[0]?.length ?? 0];
  const side = Math.max(1, Math.min(CELL, Math.floor(LONGEST / Math.max(rows, columns))));
  const png = new pngjs.PNG({ width: columns * side, height: rows * side });
  for (let y = 0; y < png.height; y++) {
    for (let x = 0; x < png.width; x++) {
      const color = shadeColor(shades[Math.floor(y / side)]![Math.floor(x / side)]!);
      png.data.set([...color, 255], 4 * (y * png.width + x));
    }
  }
  return pngjs.PNG.sync.write(png);
}
