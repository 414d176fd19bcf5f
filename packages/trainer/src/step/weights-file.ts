import { UserError } from "@s2s/runtime/parts";
import type { TensorInfo } from "@s2s/runtime/manifest";
import { Tensor } from "@s2s/runtime/ort";
import type { Feeds } from "../executors/feeds.ts";
import { decodeHeader, headerLength, type TensorPlace } from "../safetensors-header.ts";

/**
 * The safetensors file with a bundle's float32 weights, in memory. The graphs point at places in it, so changed weights go back to where they were
 * read from, and the rest stays as it is, byte for byte.
 */
export class WeightsFile {
  readonly #bytes: Uint8Array;
  readonly #places: ReadonlyMap<string, TensorPlace>;
  readonly #parameters: readonly TensorInfo[];

  /** @param where the file, for messages. @throws UserError where it is damaged or lacks a parameter */
  constructor(bytes: Uint8Array, where: string, parameters: readonly TensorInfo[]) {
    const length = headerLength(where, bytes.subarray(0, 8), bytes.length);
    this.#bytes = bytes;
    this.#places = decodeHeader(where, bytes.subarray(8, 8 + length), bytes.length).tensors;
    this.#parameters = parameters;
    for (const { name, shape } of parameters) {
      const place = this.#places.get(name);
      if (place?.dtype !== "F32" || place.shape.join() !== shape.join()) {
        throw new UserError(`${where}: ${name} is not there as float32 [${shape.join(", ")}]; export the bundle again`);
      }
    }
  }

  /** The weights as they were read, in memory of their own. */
  tensors(): Feeds {
    return Object.fromEntries(
      this.#parameters.map(({ name }) => {
        const { offset, bytes, shape } = this.#places.get(name) as TensorPlace;
        // A copy, which also begins at a multiple of 4 bytes.
        return [name, new Tensor("float32", new Float32Array(this.#bytes.slice(offset, offset + bytes).buffer), [...shape])];
      }),
    );
  }

  /** The file with these weights instead. */
  with(weights: Feeds): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#bytes);
    for (const { name } of this.#parameters) {
      const { buffer, byteOffset, byteLength } = (weights[name] as Tensor).data as Float32Array;
      bytes.set(new Uint8Array(buffer, byteOffset, byteLength), (this.#places.get(name) as TensorPlace).offset);
    }
    return bytes;
  }
}
