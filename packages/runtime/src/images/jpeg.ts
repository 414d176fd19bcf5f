import type { Pixels } from "./pixels.ts";
import jpeg from "jpeg-js";
import { ImageError, refuseSize } from "./image-error.ts";
import { exifOrientation, turnUpright } from "./orientation.ts";

/** Bounds the decoder's coefficients and samples: about 20 bytes for each of the most pixels that are read. */
const MAX_MEMORY_MB = 1024;
/** Start of frame: baseline, extended and progressive; the others are lossless, arithmetic or hierarchical, which no decoder here reads. */
const FRAMES = new Set([0xc0, 0xc1, 0xc2]);

export const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;

/** Upright, as its Exif orientation says. @throws ImageError where it is cut off, damaged, too large or of a rare kind */
export function decodeJpeg(bytes: Uint8Array): Pixels {
  const { width, height, exif } = readSegments(bytes);
  refuseSize(width, height);
  try {
    const pixels = jpeg.decode(bytes, {
      useTArray: true,
      formatAsRGBA: true,
      tolerantDecoding: false,
      maxResolutionInMP: (width * height) / 1e6,
      maxMemoryUsageInMB: MAX_MEMORY_MB,
    });
    return turnUpright(pixels, exif === undefined ? 1 : exifOrientation(exif));
  } catch (error) {
    throw new ImageError("is a JPEG file that is damaged or cut off", { cause: error });
  }
}

/** Size and Exif data from the segments before the pixels (ITU-T T.81, B.1.1.3: FF, marker, length of what follows with itself). */
function readSegments(bytes: Uint8Array): { width: number; height: number; exif?: Uint8Array | undefined } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let exif: Uint8Array | undefined;
  for (let at = 2; at + 9 <= bytes.length;) {
    if (bytes[at] !== 0xff) break;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (FRAMES.has(marker)) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), exif };
    if (marker >= 0xc3 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc)
      throw new ImageError("is a JPEG file of a rare kind (lossless or arithmetic coding): convert it to PNG");
    const end = at + 2 + view.getUint16(at + 2);
    if (marker === 0xe1 && Buffer.from(bytes.subarray(at + 4, at + 10)).equals(Buffer.from("Exif\0\0", "latin1")))
      exif = bytes.subarray(at + 10, end);
    at = end;
  }
  throw new ImageError("is a JPEG file that is damaged or cut off");
}
