import { createReadStream } from "node:fs";
import { UserError } from "@s2s/runtime";
import { explainReadError } from "./file-error.ts";

const NEWLINE = 0x0a;
const CHUNK_BYTES = 2 ** 20;
/** Bounds memory where a file that is no text has no newlines. */
const MAX_LINE_BYTES = 2 ** 24;

/** Consecutive lines; `first` is the number of the first one, counted from 1. */
export interface LineBlock {
  readonly first: number;
  readonly lines: readonly string[];
}

// The byte order mark is cut off by hand: the decoder would cut one at the start of every block.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads a UTF-8 text file as blocks of lines in constant memory. Lines end with LF or CRLF, the last one may lack it; a byte order mark
 * is skipped. A file without a byte gives no block.
 *
 * @throws UserError with `file:line` for invalid UTF-8 and lines beyond 16 MiB, with the file alone where it cannot be read
 */
export async function* readLines(path: string): AsyncGenerator<LineBlock, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let first = 1;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
      // A newline byte is never part of a longer UTF-8 sequence, so bytes can be cut there before they are decoded.
      const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = bytes.lastIndexOf(NEWLINE);
      rest = bytes.subarray(end + 1);
      if (end >= 0) {
        const lines = decodeLines(bytes.subarray(0, end), path, first);
        yield { first, lines };
        first += lines.length;
      }
      if (rest.length > MAX_LINE_BYTES) {
        throw new UserError(`${path}:${first}: line is longer than ${MAX_LINE_BYTES / 2 ** 20} MiB: is this a text file?`);
      }
    }
  } catch (error) {
    throw explainReadError(path, error);
  }
  if (rest.length > 0) yield { first, lines: decodeLines(rest, path, first) };
}

/** `bytes` without the newline of the last line. */
function decodeLines(bytes: Uint8Array, path: string, first: number): string[] {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new UserError(`${path}:${first + invalidLine(bytes)}: is not valid UTF-8: save the file as UTF-8`);
  }
  if (first === 1 && text.startsWith("\uFEFF")) text = text.slice(1);
  const lines = text.split("\n");
  if (text.includes("\r")) for (const [i, line] of lines.entries()) if (line.endsWith("\r")) lines[i] = line.slice(0, -1);
  return lines;
}

/** Index of the first line, counted from 0, that is not UTF-8. */
function invalidLine(bytes: Uint8Array): number {
  for (let index = 0, start = 0; ; index++) {
    const newline = bytes.indexOf(NEWLINE, start);
    try {
      decoder.decode(bytes.subarray(start, newline < 0 ? bytes.length : newline));
    } catch {
      return index;
    }
    if (newline < 0) return index;
    start = newline + 1;
  }
}
