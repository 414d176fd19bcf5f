/**
 * Values as bytes: JSON in which typed arrays are places, and behind it their contents. Both sides run on machines of the same byte order: on one
 * and the same. [length of the JSON, uint32][JSON, padded to 4 bytes][arrays]
 */
const KINDS = { Float32Array, Int32Array } as const;
type Kind = keyof typeof KINDS;

interface Place {
  readonly $array: Kind;
  readonly offset: number;
  readonly length: number;
}

export function encodeWire(value: unknown): Uint8Array<ArrayBuffer> {
  const arrays: (Float32Array | Int32Array)[] = [];
  let offset = 0;
  const text = JSON.stringify(value, (_key, part: unknown) => {
    const kind = (Object.keys(KINDS) as Kind[]).find((name) => part instanceof KINDS[name]);
    if (!kind) return part;
    const array = part as Float32Array | Int32Array;
    arrays.push(array);
    const place: Place = { $array: kind, offset, length: array.length };
    offset += array.byteLength;
    return place;
  });
  const json = new TextEncoder().encode(text);
  const start = 4 + Math.ceil(json.length / 4) * 4;
  const bytes = new Uint8Array(start + offset);
  new Uint32Array(bytes.buffer, 0, 1)[0] = json.length;
  bytes.set(json, 4);
  let at = start;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  return bytes;
}

/** @throws RangeError or SyntaxError where these are not the bytes of a value */
export function decodeWire(bytes: Uint8Array): unknown {
  // A copy, so that the arrays lie at multiples of their elements' size. Not by `slice`, which of Node's buffers is a view.
  const { buffer } = new Uint8Array(bytes);
  const [length] = new Uint32Array(buffer, 0, 1);
  const start = 4 + Math.ceil(length / 4) * 4;
  return JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)), (_key, part: unknown) => {
    if (typeof part !== "object" || part === null || !("$array" in part)) return part;
    const { $array, offset, length: size } = part as Place;
    return new KINDS[$array](buffer, start + offset, size);
  });
}
