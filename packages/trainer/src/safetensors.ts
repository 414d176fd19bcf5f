import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { UserError } from "@s2s/runtime";
import { bytesOf } from "./files.ts";
import { DamagedFileError, decodeHeader, elementCount, encodeHeader, headerLength } from "./safetensors-header.ts";
import type { ElementName, SafetensorsHeader, TensorPlace } from "./safetensors-header.ts";

const ARRAYS = { F64: Float64Array, I64: BigInt64Array, F32: Float32Array, I32: Int32Array, F16: Uint16Array, U8: Uint8Array } as const;
/** The data of a tensor; float16 elements are given as their 16 bits. */
export type TensorData = Float64Array | BigInt64Array | Float32Array | Int32Array | Uint16Array | Uint8Array;

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** Bytes read at a time: a call of the system ends at 2 GiB. */
const MAX_READ = 2 ** 30;

/**
 * A safetensors file as chunks to write one after the other: the header, then the tensors' own memory, without a copy. Equal tensors and metadata give
 * equal bytes, in whatever order they come. `header` tells where each tensor will lie in the file.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): { readonly header: SafetensorsHeader; readonly chunks: readonly Uint8Array[] } {
  const layouts = new Map([...tensors].map(([name, { shape, data }]) => [name, { dtype: elementName(data), shape }]));
  const { bytes, header } = encodeHeader(layouts, metadata);
  const chunks = [bytes];
  for (const [name, place] of header.tensors) {
    const { data } = tensors.get(name) as Tensor;
    if (data.byteLength !== place.bytes) throw new Error(`${name}[${place.shape}] has ${data.length} elements`);
    chunks.push(bytesOf(data));
  }
  return { header, chunks };
}

/** An open safetensors file whose header is checked: tensors are read one by one, so only what is asked for takes memory. */
export class SafetensorsFile {
  readonly path: string;
  readonly header: SafetensorsHeader;
  readonly #file: FileHandle;

  private constructor(path: string, header: SafetensorsHeader, file: FileHandle) {
    this.path = path;
    this.header = header;
    this.#file = file;
  }

  /** @throws UserError where the file is missing, unreadable, damaged or truncated; the message names it. */
  static async open(path: string): Promise<SafetensorsFile> {
    const file = await open(path, "r").catch((error: unknown) => {
      throw new UserError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code}); check the path`, { cause: error });
    });
    try {
      const stat = await file.stat();
      if (!stat.isFile()) throw new UserError(`${path}: is not a file; give the path of a safetensors file`);
      const { size } = stat;
      const prefix = new Uint8Array(8);
      const length = headerLength(path, prefix.subarray(0, await readFully(file, prefix, 0)), size);
      const json = new Uint8Array(length);
      await readFully(file, json, 8);
      return new SafetensorsFile(path, decodeHeader(path, json, size), file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Reads one tensor into memory of its own. */
  async read(name: string): Promise<Tensor> {
    const place = this.header.tensors.get(name);
    if (place === undefined) throw new DamagedFileError(this.path, `it has no tensor named ${name}`);
    return { shape: place.shape, data: await this.#readData(name, place) };
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #readData(name: string, { dtype, shape, offset }: TensorPlace): Promise<TensorData> {
    const data = new ARRAYS[dtype](elementCount(shape));
    const read = await readFully(this.#file, bytesOf(data), offset);
    if (read !== data.byteLength) throw new DamagedFileError(this.path, `it ends within ${name}`);
    return data;
  }
}

function elementName(data: TensorData): ElementName {
  const found = (Object.keys(ARRAYS) as ElementName[]).find((name) => data instanceof ARRAYS[name]);
  if (found === undefined) throw new Error(`safetensors: no element type for ${Object.prototype.toString.call(data)}`);
  return found;
}

/** Fills `target` from `position` on; returns the bytes read, fewer at the end of the file. */
async function readFully(file: FileHandle, target: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < target.byteLength) {
    const { bytesRead } = await file.read(target, done, Math.min(target.byteLength - done, MAX_READ), position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}
