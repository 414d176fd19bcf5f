import { UserError } from "../errors.ts";

/** Far above what s2s writes: a file of tiny fields must not keep the reader busy. */
const MAX_FIELDS = 10_000;
const MAX_ENTRY_FIELDS = 16;
const MAX_ENTRY_BYTES = 256 * 2 ** 20;
/** A tag and a length, ten bytes each at most. */
const HEADER_BYTES = 20;
/** ModelProto.metadata_props, and key and value of its StringStringEntryProto. */
const [METADATA, KEY, VALUE] = [14, 1, 2];
const [VARINT, FIXED64, LENGTH_DELIMITED, FIXED32] = [0, 1, 2, 5];

/** A file of which parts can be read. */
export interface RandomAccess {
  readonly size: number;
  /** Bytes from `offset` to `end`, or fewer where the file has become shorter. */
  read(offset: number, end: number): Promise<Uint8Array>;
}

/**
 * The metadata of an ONNX file. Only the outermost fields are walked over, and of all others only the length is read.
 * @throws UserError with `where` when the file is no protobuf message, is cut off or has absurdly many fields
 */
export async function readModelMetadata(where: string, file: RandomAccess): Promise<Map<string, Uint8Array>> {
  const metadata = new Map<string, Uint8Array>();
  let fields = 0;
  for (let at = 0; at < file.size;) {
    const field = readField(await file.read(at, Math.min(at + HEADER_BYTES, file.size)));
    if (field === undefined || at + field.end > file.size) {
      throw new UserError(`${where}: is not an ONNX model, or is cut off; copy or export it again`);
    }
    fields += 1;
    if (fields > MAX_FIELDS) throw new UserError(`${where}: has more than ${MAX_FIELDS} fields, which no ONNX model has; export it again`);
    if (field.number === METADATA && field.end - field.start <= MAX_ENTRY_BYTES) {
      addEntry(where, metadata, await file.read(at + field.start, at + field.end));
    }
    at += field.end;
  }
  return metadata;
}

function addEntry(where: string, metadata: Map<string, Uint8Array>, bytes: Uint8Array): void {
  const parts = new Map<number, Uint8Array>();
  let fields = 0;
  for (let at = 0; at < bytes.length;) {
    const field = readField(bytes.subarray(at, at + HEADER_BYTES));
    fields += 1;
    if (field === undefined || at + field.end > bytes.length || fields > MAX_ENTRY_FIELDS) {
      throw new UserError(`${where}: its metadata are damaged; copy or export it again`);
    }
    parts.set(field.number, bytes.subarray(at + field.start, at + field.end));
    at += field.end;
  }
  const key = new TextDecoder().decode(parts.get(KEY)?.subarray(0, 100));
  if (metadata.has(key)) throw new UserError(`${where}: its metadata have ${JSON.stringify(key)} twice; export it again`);
  metadata.set(key, parts.get(VALUE) ?? new Uint8Array());
}

interface Field {
  readonly number: number;
  /** Its content lies between these, counted from where the field begins; the next field begins at `end`. */
  readonly start: number;
  readonly end: number;
}

function readField(header: Uint8Array): Field | undefined {
  const tag = readVarint(header, 0);
  if (tag === undefined) return undefined;
  const start = tag.end;
  const number = Math.floor(tag.value / 8);
  switch (tag.value % 8) {
    case VARINT: {
      const value = readVarint(header, start);
      return value && { number, start, end: value.end };
    }
    case FIXED64:
      return { number, start, end: start + 8 };
    case FIXED32:
      return { number, start, end: start + 4 };
    case LENGTH_DELIMITED: {
      const length = readVarint(header, start);
      return length && { number, start: length.end, end: length.end + length.value };
    }
    default:
      return undefined;
  }
}

/** As a float64, which is exact to 2^53 and for larger ones large enough to be past the end of every file. */
function readVarint(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 10; i += 1) {
    const byte = bytes[start + i];
    if (byte === undefined) return undefined;
    value += (byte % 128) * 128 ** i;
    if (byte < 128) return { value, end: start + i + 1 };
  }
  return undefined;
}
