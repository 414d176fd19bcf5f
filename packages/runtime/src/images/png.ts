import { inflateSync } from "node:zlib";
import type { Pixels } from "./pixels.ts";
import { PNG } from "pngjs";
import { ImageError, refuseSize } from "./image-error.ts";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Samples a pixel of each colour type: grey, -, RGB, palette, grey and alpha, -, RGBA. */
const SAMPLES = [1, 0, 3, 1, 2, 0, 4];
/** First column and row, and the steps between, of the seven passes of Adam7 (PNG specification, 8.2). */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.equals(bytes.subarray(0, SIGNATURE.length));

/** @throws ImageError where it is cut off, damaged or too large */
export function decodePng(bytes: Uint8Array): Pixels {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkPixelData(buffer);
  try {
    const { width, height, data } = PNG.sync.read(buffer);
    return { width, height, data };
  } catch (error) {
    throw new ImageError("is a damaged PNG file", { cause: error });
  }
}

/**
 * Holds the pixel data against the size that the header promises before anything is decoded: a few kilobytes can inflate to gigabytes, which
 * the decoder would take in for interlaced files, and it fills the rest of a file that is cut off with whatever is there.
 */
function checkPixelData(buffer: Buffer): void {
  if (buffer.length < 33 || buffer.toString("latin1", 12, 16) !== "IHDR") throw new ImageError("is a damaged PNG file");
  const [width, height] = [buffer.readUInt32BE(16), buffer.readUInt32BE(20)];
  refuseSize(width, height);
  const bits = buffer[24]! * (SAMPLES[buffer[25]!] ?? 0);
  const expected = buffer[28] === 0 ? passBytes(width, height, bits) : interlacedBytes(width, height, bits);
  try {
    if (inflateSync(pixelData(buffer), { maxOutputLength: expected }).length === expected) return;
  } catch (error) {
    if (error instanceof ImageError) throw error;
    throw new ImageError("is a damaged PNG file: its pixels are cut off or are not what its header says", { cause: error });
  }
  throw new ImageError("is a damaged PNG file: its pixels are cut off or are not what its header says");
}

/** The compressed pixels, from all IDAT chunks. */
function pixelData(buffer: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = SIGNATURE.length; at + 12 <= buffer.length;) {
    const length = buffer.readUInt32BE(at);
    const type = buffer.toString("latin1", at + 4, at + 8);
    if (at + 12 + length > buffer.length) break;
    if (type === "IDAT") pieces.push(buffer.subarray(at + 8, at + 8 + length));
    if (type === "IEND") return Buffer.concat(pieces);
    at += 12 + length;
  }
  throw new ImageError("is a PNG file that is cut off: copy it again");
}

/** Bytes of a pass once inflated: each row has a byte for its filter in front. */
function passBytes(width: number, height: number, bits: number): number {
  return width === 0 ? 0 : height * (1 + Math.ceil((width * bits) / 8));
}

function interlacedBytes(width: number, height: number, bits: number): number {
  const count = (size: number, first: number, step: number): number => Math.max(0, Math.ceil((size - first) / step));
  return ADAM7.reduce((sum, [x, y, dx, dy]) => sum + passBytes(count(width, x, dx), count(height, y, dy), bits), 0);
}
