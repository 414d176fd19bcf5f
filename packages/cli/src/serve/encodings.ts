import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const ENCODINGS = ["br", "gzip"] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Larger files are sent as they are: they would not fit into what is kept. */
const MAX_FILE_BYTES = 64 * 2 ** 20;
const MAX_KEPT_BYTES = 64 * 2 ** 20;
/** A form that takes longer to make than to send is made in the background, for the next one who asks. */
const MAX_WAITED_BYTES = 2 ** 20;

const compress: Readonly<Record<Encoding, (bytes: Uint8Array) => Promise<Buffer>>> = {
  // ONNX Runtime's 14 MB take 0.7 s so; quality 9 takes four times that to save another 5 percent.
  br: (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: (bytes) => promisify(gzip)(bytes),
};

/** The encoding that a client prefers of those there are; undefined where it takes none (RFC 9110, 12.5.3). */
export function chooseEncoding(accepted: string | undefined): Encoding | undefined {
  const weights = new Map<string, number>();
  for (const part of (accepted ?? "").toLowerCase().split(",")) {
    const [name = "", ...parameters] = part.split(";").map((piece) => piece.trim());
    const q = parameters.find((parameter) => parameter.startsWith("q="));
    weights.set(name, q === undefined ? 1 : Number(q.slice(2)));
  }
  const weight = (encoding: Encoding) => weights.get(encoding) ?? weights.get("*") ?? 0;
  return ENCODINGS.filter((encoding) => weight(encoding) > 0).toSorted((a, b) => weight(b) - weight(a))[0];
}

/** Compressed forms of files, made once and kept as long as there is room. */
export class CompressedFiles {
  readonly #kept = new Map<string, Buffer>();
  readonly #making = new Map<string, Promise<Buffer>>();
  #bytes = 0;

  /**
   * A file's compressed form; undefined where it is not there yet or does not pay.
   * @param version tells an edited file from what it was
   */
  async get(path: string, version: string, size: number, encoding: Encoding): Promise<Buffer | undefined> {
    if (size > MAX_FILE_BYTES) return undefined;
    const key = `${encoding} ${version} ${path}`;
    const made = this.#kept.get(key) ?? this.#make(key, path, encoding);
    if (size > MAX_WAITED_BYTES && made instanceof Promise) {
      made.catch(() => undefined);
      return undefined;
    }
    const bytes = await made;
    return bytes.length < size ? bytes : undefined;
  }

  #make(key: string, path: string, encoding: Encoding): Promise<Buffer> {
    const under = this.#making.get(key);
    if (under) return under;
    const making = readFile(path)
      .then(compress[encoding])
      .then((bytes) => this.#keep(key, bytes))
      .finally(() => this.#making.delete(key));
    this.#making.set(key, making);
    return making;
  }

  #keep(key: string, bytes: Buffer): Buffer {
    this.#kept.set(key, bytes);
    this.#bytes += bytes.length;
    for (const [oldest, { length }] of this.#kept) {
      if (this.#bytes <= MAX_KEPT_BYTES) break;
      this.#kept.delete(oldest);
      this.#bytes -= length;
    }
    return bytes;
  }
}
