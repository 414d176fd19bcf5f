import { readFile, stat } from "node:fs/promises";
import { UserError } from "../errors.ts";
import { explainFileError } from "../file-error.ts";
import { ImageError } from "./image-error.ts";
import { decodeJpeg, isJpeg } from "./jpeg.ts";
import { pictureInput, type PictureShape, type Pixels } from "./pixels.ts";
import { decodePng, isPng } from "./png.ts";

/** Larger files are no picture that is meant to be read: one of the most pixels takes less. */
const MAX_BYTES = 256 * 2 ** 20;

/** What else people take for images, by how the file begins. */
const OTHER_FORMATS: readonly (readonly [begin: RegExp, name: string])[] = [
  [/^GIF8/, "a GIF"],
  [/^RIFF....WEBP/s, "a WebP"],
  [/^BM/, "a BMP"],
  [/^(II\*\0|MM\0\*)/, "a TIFF"],
  [/^....ftyp(avif|avis)/s, "an AVIF"],
  [/^....ftyp(hei|mif)/s, "a HEIC"],
  [/^\s*(<\?xml|<svg)/, "an SVG"],
];

/**
 * Reads a PNG or JPEG file as a model's input [C, H, W], 0 to 1; see `pictureInput` for alpha and sizes. Colour profiles are not applied.
 * @throws UserError that names the file where it cannot be read, is no such image, is cut off or damaged, or has too many pixels
 */
export async function readImage(path: string, shape: PictureShape): Promise<Float32Array<ArrayBuffer>> {
  return pictureInput(await readPixels(path), shape);
}

/** The pixels of a PNG or JPEG file. @throws UserError as `readImage` does */
export async function readPixels(path: string): Promise<Pixels> {
  const bytes = await explainFileError(path, async () => {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw new UserError(`${path}: has ${size} bytes, but images of at most ${MAX_BYTES} are read: make it smaller`);
    return readFile(path);
  });
  return decodeImage(bytes, path);
}

/** The pixels of an image file's bytes. @param name what errors call it */
export function decodeImage(bytes: Uint8Array, name: string): Pixels {
  try {
    if (isPng(bytes)) return decodePng(bytes);
    if (isJpeg(bytes)) return decodeJpeg(bytes);
  } catch (error) {
    if (error instanceof ImageError) throw new UserError(`${name}: ${error.message}`, { cause: error });
    throw error;
  }
  const begin = Buffer.from(bytes.subarray(0, 64)).toString("latin1");
  const other = OTHER_FORMATS.find(([pattern]) => pattern.test(begin))?.[1];
  const what = bytes.length === 0 ? "is empty" : other === undefined ? "is no image" : `is ${other} file`;
  throw new UserError(`${name}: ${what}: PNG and JPEG files are read`);
}
