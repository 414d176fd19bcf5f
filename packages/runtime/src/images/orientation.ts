import type { Pixels } from "./pixels.ts";

const ORIENTATION_TAG = 0x0112;

/** The orientation, 1 (upright) to 8, of Exif data; 1 where there is none or it makes no sense. Exif 2.32, 4.6.4 and TIFF 6.0, section 2. */
export function exifOrientation(exif: Uint8Array): number {
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  if (exif.length < 8) return 1;
  const little = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > exif.length) return 1;
  const entries = view.getUint16(directory, little);
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + 12 * entry;
    if (at + 12 > exif.length) return 1;
    if (view.getUint16(at, little) !== ORIENTATION_TAG) continue;
    const value = view.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** Where the pixel (x, y) of the upright picture is stored; `right` and `bottom` are the last column and row of what is stored. */
const STORED_AT: readonly ((x: number, y: number, right: number, bottom: number) => readonly [number, number])[] = [
  (x, y) => [x, y],
  (x, y, right) => [right - x, y],
  (x, y, right, bottom) => [right - x, bottom - y],
  (x, y, _right, bottom) => [x, bottom - y],
  (x, y) => [y, x],
  (x, y, _right, bottom) => [y, bottom - x],
  (x, y, right, bottom) => [right - y, bottom - x],
  (x, y, right) => [right - y, x],
];

/** A picture as it is to be seen, from one stored with an Exif orientation, as browsers do it. */
export function turnUpright(pixels: Pixels, orientation: number): Pixels {
  const storedAt = STORED_AT[orientation - 1];
  if (orientation === 1 || storedAt === undefined) return pixels;
  const [width, height] = orientation >= 5 ? [pixels.height, pixels.width] : [pixels.width, pixels.height];
  const data = new Uint8Array(pixels.data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = storedAt(x, y, pixels.width - 1, pixels.height - 1);
      const from = 4 * (row * pixels.width + column);
      data.set(pixels.data.subarray(from, from + 4), 4 * (y * width + x));
    }
  }
  return { width, height, data };
}
