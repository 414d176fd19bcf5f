import { UserError } from "../errors.ts";

const FIRST_PIECE = 2 ** 20;

/**
 * Reads a stream into memory, which grows with what has come and not with what was announced. A longer one is given up at once.
 * @param onBytes told of every piece's size
 * @throws UserError when it is longer than `maxBytes` or the memory is not enough
 */
export async function readBody(
  where: string,
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  onBytes?: (bytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  let buffer = new Uint8Array(Math.min(maxBytes, FIRST_PIECE));
  let length = 0;
  const reader = body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done || value === undefined) return length === buffer.length ? buffer : buffer.slice(0, length);
    const end = length + value.length;
    if (end > maxBytes) {
      // Not awaited: a body that was split in two waits for the other half.
      reader?.cancel().catch(() => undefined);
      throw new UserError(
        `${where}: is larger than ${maxBytes} bytes, which is the most that it may have; copy or export the bundle again`,
      );
    }
    if (end > buffer.length) buffer = enlarged(where, buffer, Math.min(maxBytes, Math.max(end, 2 * buffer.length)));
    buffer.set(value, length);
    length = end;
    onBytes?.(value.length);
  }
}

function enlarged(where: string, buffer: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  try {
    const larger = new Uint8Array(size);
    larger.set(buffer);
    return larger;
  } catch (error) {
    throw new UserError(`${where}: there is not enough memory for it (${size} bytes); use a smaller model or precision`, { cause: error });
  }
}
