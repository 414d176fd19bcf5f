/** Largest picture that is decoded: one of 48 megapixels takes 200 MB as pixels. */
const MAX_PIXELS = 48_000_000;

/** What is wrong with an image file, in words that follow the file's name. */
export class ImageError extends Error {
  override readonly name = "ImageError";
}

/** @throws ImageError for a picture without pixels or with more than 48 million */
export function refuseSize(width: number, height: number): void {
  if (width === 0 || height === 0) throw new ImageError(`says that it has ${width} x ${height} pixels: it is damaged`);
  if (width * height <= MAX_PIXELS) return;
  throw new ImageError(`has ${width} x ${height} pixels, but at most ${MAX_PIXELS / 1e6} million are read: make it smaller`);
}
