import { UserError } from "@s2s/runtime/parts";

/** Element types that s2s reads and writes, by safetensors' names, with their size in bytes. */
export const ELEMENT_BYTES = { F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, U8: 1 } as const;
export type ElementName = keyof typeof ELEMENT_BYTES;

/** The data section starts at a multiple of this, so that it can be mapped and read with vector instructions. */
const ALIGNMENT = 64;
/** The reference implementation's bound: no damaged length makes us read gigabytes of "header". */
const MAX_HEADER_BYTES = 100_000_000;
const METADATA = "__metadata__";

export interface TensorLayout {
  readonly dtype: ElementName;
  readonly shape: readonly number[];
}

/** Where a tensor lies; `offset` counts from the start of the file. */
export interface TensorPlace extends TensorLayout {
  readonly offset: number;
  readonly bytes: number;
}

export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of their data. */
  readonly tensors: ReadonlyMap<string, TensorPlace>;
}

/** Elements of a shape; a scalar's is 1. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Lays tensors out and encodes length and header, padded with spaces so that the data begins at a multiple of 64 bytes. The order of the data is a
 * function of the tensors alone: larger elements first, so that each is aligned without holes, then by name (UTF-16 code units).
 * Format: https://github.com/huggingface/safetensors#format
 */
export function encodeHeader(
  layouts: ReadonlyMap<string, TensorLayout>,
  metadata: Readonly<Record<string, string>>,
): { readonly bytes: Uint8Array; readonly header: SafetensorsHeader } {
  const entries = [...layouts].sort(
    ([a, { dtype: x }], [b, { dtype: y }]) => ELEMENT_BYTES[y] - ELEMENT_BYTES[x] || (a < b ? -1 : Number(a > b)),
  );
  const sortedMetadata = Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)));
  const json: [string, unknown][] = Object.keys(metadata).length > 0 ? [[METADATA, sortedMetadata]] : [];
  const relative: [string, TensorPlace][] = [];
  let end = 0;
  for (const [name, { dtype, shape }] of entries) {
    if (name === METADATA) throw new Error(`a tensor may not be named ${METADATA}`);
    const offset = end;
    end += ELEMENT_BYTES[dtype] * elementCount(shape);
    relative.push([name, { dtype, shape, offset, bytes: end - offset }]);
    json.push([name, { dtype, shape, data_offsets: [offset, end] }]);
  }
  const text = Buffer.from(JSON.stringify(Object.fromEntries(json)), "utf8");
  const dataStart = Math.ceil((8 + text.byteLength) / ALIGNMENT) * ALIGNMENT;
  const bytes = Buffer.alloc(dataStart, " ");
  bytes.writeBigUInt64LE(BigInt(dataStart - 8), 0);
  text.copy(bytes, 8);
  const tensors = new Map(relative.map(([name, place]) => [name, { ...place, offset: place.offset + dataStart }]));
  return { bytes, header: { metadata: sortedMetadata, tensors } };
}

/** Length of the JSON header, from the file's first 8 bytes; refused where the file cannot hold it. */
export function headerLength(file: string, prefix: Uint8Array, fileBytes: number): number {
  if (prefix.byteLength < 8) throw damaged(file, `it has ${fileBytes} bytes, too few for a header`);
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES || 8 + Number(length) > fileBytes) throw damaged(file, `a header of ${length} bytes is announced`);
  return Number(length);
}

/** Decodes and checks a JSON header: known element types, shapes that fit their ranges, no overlap, no hole, nothing missing at the end. */
export function decodeHeader(file: string, json: Uint8Array, fileBytes: number): SafetensorsHeader {
  const dataStart = 8 + json.byteLength;
  const { [METADATA]: metadata = {}, ...rest } = parseObject(file, json);
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === "string"))
    throw damaged(file, `${METADATA} is not a map of strings`);
  const places = Object.entries(rest).map(([name, entry]) => [name, placeOf(file, name, entry, dataStart)] as const);
  places.sort(([, a], [, b]) => a.offset - b.offset || a.bytes - b.bytes);
  let end = dataStart;
  for (const [name, { offset, bytes }] of places) {
    if (offset !== end) throw damaged(file, `the data of ${name} ${offset < end ? "overlaps its neighbour's" : "follows a hole"}`);
    end += bytes;
  }
  if (end !== fileBytes) throw damaged(file, `it has ${fileBytes} bytes where its header says ${end}`);
  return { metadata: metadata as Record<string, string>, tensors: new Map(places) };
}

/** A file that is not what was once written; `what` says in which way, for messages that name several files. */
export class DamagedFileError extends UserError {
  readonly what: string;

  constructor(file: string, what: string) {
    super(`${file}: damaged: ${what}; restore it from a copy or use another checkpoint`);
    this.what = what;
  }
}

function damaged(file: string, what: string): DamagedFileError {
  return new DamagedFileError(file, what);
}

function parseObject(file: string, json: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
    if (isRecord(value)) return value;
  } catch {
    // The message of the parser would quote the bytes; the place is all that helps.
  }
  throw damaged(file, "its header is not a JSON object");
}

function placeOf(file: string, name: string, entry: unknown, dataStart: number): TensorPlace {
  if (!isRecord(entry)) throw damaged(file, `${name} is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string" || !isElementName(dtype)) throw damaged(file, `${name} has the unknown element type ${String(dtype)}`);
  if (!isSizes(shape)) throw damaged(file, `the shape of ${name} is not a list of sizes`);
  if (!isSizes(offsets) || offsets.length !== 2) throw damaged(file, `data_offsets of ${name} are not two positions`);
  const [begin, end] = offsets as [number, number];
  const bytes = ELEMENT_BYTES[dtype] * elementCount(shape);
  if (end - begin !== bytes) throw damaged(file, `${name} needs ${bytes} bytes and has ${end - begin}`);
  return { dtype, shape, offset: dataStart + begin, bytes };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function isElementName(name: string): name is ElementName {
  return Object.hasOwn(ELEMENT_BYTES, name);
}
function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
