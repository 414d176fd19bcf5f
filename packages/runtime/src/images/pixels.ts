/** A picture as canvases and decoders give it: rows from the top, RGBA of 8 bits a pixel, colours not multiplied by alpha. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** The picture that a model takes: 1 channel is luma, 3 are red, green and blue, 4 the same and alpha. */
export interface PictureShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Luma of ITU-R BT.601, as JPEG files have it. */
const LUMA = [0.299, 0.587, 0.114] as const;

/**
 * A picture as a model's input [C, H, W], 0 to 1. The same arithmetic runs in Node and in pages, in float64 until the end.
 *
 * What is transparent lies over white, whatever the channels. Then the picture is stretched to the asked size (its shape is not kept):
 * made smaller, a number is the mean over the area that it covers; made larger, it is interpolated linearly between the nearest centres.
 *
 * @throws RangeError where the channels are not 1, 3 or 4 or the data are not width x height x 4 numbers
 */
export function pictureInput({ width, height, data }: Pixels, shape: PictureShape): Float32Array<ArrayBuffer> {
  if (data.length !== width * height * 4 || data.length === 0)
    throw new RangeError(`a picture of ${width} x ${height} RGBA pixels has ${width * height * 4} numbers, but these are ${data.length}`);
  const { channels } = shape;
  if (channels !== 1 && channels !== 3 && channels !== 4) throw new RangeError(`a picture has 1, 3 or 4 channels, not ${channels}`);
  const columns = axisWeights(width, shape.width);
  const rows = axisWeights(height, shape.height);
  const size = shape.height * shape.width;
  const planes = new Float32Array(channels * size);
  for (let channel = 0; channel < channels; channel++) {
    const plane = channelPlane(data, channels, channel);
    const narrow = resampleRows(plane, width, height, columns);
    planes.set(resampleColumns(narrow, shape.width, rows), channel * size);
  }
  return planes;
}

/** One channel over white, 0 to 1. */
function channelPlane(data: Pixels["data"], channels: number, channel: number): Float64Array {
  const plane = new Float64Array(data.length / 4);
  const overWhite = (at: number, color: number): number => (255 * 255 + (data[at + color]! - 255) * data[at + 3]!) / (255 * 255);
  const luma = (at: number): number => LUMA[0] * overWhite(at, 0) + LUMA[1] * overWhite(at, 1) + LUMA[2] * overWhite(at, 2);
  const value =
    channels === 1 ? luma : channel === 3 ? (at: number): number => data[at + 3]! / 255 : (at: number): number => overWhite(at, channel);
  for (let i = 0; i < plane.length; i++) plane[i] = value(4 * i);
  return plane;
}

/** Which inputs an output is the weighted mean of: those from `first` on. */
interface Weights {
  readonly first: number;
  readonly weights: readonly number[];
}

function axisWeights(from: number, to: number): Weights[] {
  return Array.from({ length: to }, (_, i) => (to < from ? areaWeights(i, from, to) : linearWeights(i, from, to)));
}

/** Output i covers [i, i + 1) * from / to of the inputs; whole numbers until the last division, so that weights add up to 1. */
function areaWeights(i: number, from: number, to: number): Weights {
  const [begin, end] = [i * from, (i + 1) * from];
  const first = Math.floor(begin / to);
  const last = Math.ceil(end / to);
  const covered = (k: number): number => Math.min(end, (k + 1) * to) - Math.max(begin, k * to);
  return { first, weights: Array.from({ length: last - first }, (_, k) => covered(first + k) / from) };
}

/** Output i's centre lies at (i + 1/2) * from / to; beyond the outermost centres it is the outermost input. */
function linearWeights(i: number, from: number, to: number): Weights {
  const centre = Math.min(from - 1, Math.max(0, ((2 * i + 1) * from) / (2 * to) - 0.5));
  const first = Math.floor(centre);
  const rest = centre - first;
  return { first, weights: rest === 0 ? [1] : [1 - rest, rest] };
}

function resampleRows(plane: Float64Array, width: number, height: number, columns: readonly Weights[]): Float64Array {
  const result = new Float64Array(height * columns.length);
  for (let y = 0; y < height; y++) {
    for (const [x, { first, weights }] of columns.entries()) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * plane[y * width + first + k]!;
      result[y * columns.length + x] = sum;
    }
  }
  return result;
}

function resampleColumns(plane: Float64Array, width: number, rows: readonly Weights[]): Float64Array {
  const result = new Float64Array(width * rows.length);
  for (const [y, { first, weights }] of rows.entries()) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * plane[(first + k) * width + x]!;
      result[y * width + x] = sum;
    }
  }
  return result;
}
