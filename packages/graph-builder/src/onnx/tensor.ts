import type { ConstantData, ElementType, Value } from "../ir.ts";
import { float16Bits } from "./float16.ts";
import { DataType, EXTERNAL, type TensorProto } from "./schema.ts";

/** Where a parameter's bytes lie: a file beside the model, an offset and a length. */
export interface ExternalData {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

/** The numbers of parameters, by name: where they lie outside of the model, or the bytes themselves, as the element type has them. */
export interface ParameterData {
  readonly external?: ReadonlyMap<string, ExternalData>;
  readonly embedded?: ReadonlyMap<string, Uint8Array>;
}

/** A constant or parameter as it is stored: its numbers, or the place of them. */
export function tensorProto(value: Value, { external, embedded }: ParameterData): TensorProto {
  const tensor: TensorProto = { dims: value.shape.map(Number), dataType: DataType[value.type], name: value.name };
  const place = external?.get(value.name);
  if (place) {
    const entries = { location: place.file, offset: String(place.offset), length: String(place.bytes) };
    return { ...tensor, dataLocation: EXTERNAL, externalData: Object.entries(entries).map(([key, text]) => ({ key, value: text })) };
  }
  const bytes = embedded?.get(value.name);
  if (bytes) return { ...tensor, rawData: bytes };
  if (!value.constant) throw new Error(`${value.name} has neither numbers nor a place in an external file`);
  return { ...tensor, rawData: rawBytes(value.type, value.constant) };
}

/** Bytes that a constant or parameter takes in the model. */
export function storedBytes({ name, type, constant }: Value, { external, embedded }: ParameterData): number {
  if (external?.has(name)) return 0;
  if (!constant) return embedded?.get(name)?.byteLength ?? 0;
  return type === "float16" ? constant.length * 2 : constant.byteLength;
}

function rawBytes(type: ElementType, data: ConstantData): Uint8Array {
  const array = type === "float16" ? Uint16Array.from(data as Float32Array, float16Bits) : data;
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
