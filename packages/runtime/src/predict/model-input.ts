import type { Pixels } from "../images/pixels.ts";

/** Numbers, plain or typed. */
export type NumberList = readonly number[] | Float32Array;

/**
 * A picture: pixels; numbers from 0 to 1 [C, H, W] at the model's size; in Node also the path or the bytes of a PNG or JPEG file; in a page a file,
 * a blob, an `ImageData` or whatever else `createImageBitmap` takes.
 */
export type Picture = Pixels | Float32Array | readonly (readonly NumberList[])[] | string | URL | Uint8Array | PageImage;
type PageImage = Blob | ImageBitmap | HTMLImageElement | HTMLCanvasElement | OffscreenCanvas | HTMLVideoElement;

/** A step of a series: its numbers in the manifest's order, or by column. */
export type SeriesRow = NumberList | Readonly<Record<string, number>>;

/**
 * What one answer is asked for, by the kind of the model's input: a text (of a language model its beginning); a vector, or one for each step; the
 * last rows of a series; a picture, or one for each step. What draws from nothing takes "".
 */
export type ModelInput = string | NumberList | readonly SeriesRow[] | Picture | readonly Picture[];
