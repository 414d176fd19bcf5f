import type { ConstantData, ElementType, Value } from "../ir.ts";
import { float16Bits } from "./float16.ts";
import { DataType, EXTERNAL, type TensorProto } from "./schema.ts";

/** Where a parameter's bytes lie: a file beside the model, an offset and a length. */
export interface ExternalData {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

/** A constant or parameter as it is stored: its numbers, or the place of them. */
export function tensorProto(value: Value, external: ReadonlyMap<string, ExternalData> | undefined): TensorProto {
  const tensor: TensorProto = { dims: value.shape.map(Number), dataType: DataType[value.type], name: value.name };
  const place = external?.get(value.name);
  if (place) {
    const entries = { location: place.file, offset: String(place.offset), length: String(place.bytes) };
    return { ...tensor, dataLocation: EXTERNAL, externalData: Object.entries(entries).map(([key, text]) => ({ key, value: text })) };
  }
  if (!value.constant) throw new Error(`${value.name} has neither numbers nor a place in an external file`);
  return { ...tensor, rawData: rawBytes(value.type, value.constant) };
}

/** Bytes that a constant takes in the model. */
export const storedBytes = (value: Value, external: ReadonlyMap<string, ExternalData> | undefined): number =>
  !value.constant || external?.has(value.name) ? 0 : value.type === "float16" ? value.constant.length * 2 : value.constant.byteLength;

function rawBytes(type: ElementType, data: ConstantData): Uint8Array {
  const array = type === "float16" ? Uint16Array.from(data as Float32Array, float16Bits) : data;
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
