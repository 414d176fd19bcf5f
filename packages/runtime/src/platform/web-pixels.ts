import { UserError } from "../errors.ts";
import type { Pixels } from "../images/pixels.ts";

/** The pixels of what a page can draw; undefined for what is none of it. @throws UserError where it cannot be drawn */
export async function readPixels(picture: unknown): Promise<Pixels | undefined> {
  if (Array.isArray(picture) || ArrayBuffer.isView(picture) || typeof picture !== "object" || picture === null) return undefined;
  // Pixels already, as ImageData are.
  if ("data" in picture) return undefined;
  try {
    const bitmap = await createImageBitmap(picture as ImageBitmapSource);
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d") as OffscreenCanvasRenderingContext2D;
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    return { width, height, data: context.getImageData(0, 0, width, height).data };
  } catch (error) {
    throw new UserError("the picture cannot be read: it must be whole, and of a kind that this browser shows, such as PNG or JPEG", {
      cause: error,
    });
  }
}
