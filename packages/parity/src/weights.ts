import { join } from "node:path";
import { UserError } from "@s2s/runtime";
import type { Manifest, Variant } from "@s2s/runtime/manifest";
import { SafetensorsFile } from "@s2s/trainer";
import type { Weights } from "./reference/parameters.ts";

export interface BundleWeights {
  readonly weights: Weights;
  /** Whose they are: the reference computes with the numbers that the model was trained to, where the bundle holds them. */
  readonly precision: Variant["precision"];
}

/** The numbers of a bundle's float32 variant, or of its first one as they are stored. @throws UserError where they lie in no file of their own */
export async function readWeights(folder: string, { variants, parameters }: Manifest): Promise<BundleWeights> {
  const variant = variants.find(({ precision }) => precision === "float32") ?? variants[0];
  if (variant.weights === undefined) {
    throw new UserError(`${folder}: its weights are inside of its graph, where the reference cannot read them; export it as a folder`);
  }
  const file = await SafetensorsFile.open(join(folder, variant.weights));
  try {
    const weights = new Map<string, { shape: readonly number[]; data: ArrayLike<number> }>();
    for (const { name } of parameters) {
      const { shape, data } = await file.read(name);
      if (data instanceof Uint8Array) {
        const scale = await file.read(`${name}.scale`);
        weights.set(name, { shape, data: dequantized(data, shape, scale.data as Float32Array, scale.shape) });
      } else weights.set(name, { shape, data: data instanceof Uint16Array ? Float32Array.from(data, float16) : (data as Float32Array) });
    }
    return { weights, precision: variant.precision };
  } finally {
    await file.close();
  }
}

/** Numbers 0 to 255 stand for -128 to 127 times the scale of their row [rows, 1, ...] or column [1, columns]. */
function dequantized(data: Uint8Array, [rows]: readonly number[], scale: Float32Array, scaleShape: readonly number[]): Float64Array {
  const columns = data.length / rows;
  const byRow = rows > 1 && scaleShape[0] === rows;
  return Float64Array.from(data, (value, i) => (value - 128) * scale[byRow ? Math.floor(i / columns) : i % scale.length]);
}

/** IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
