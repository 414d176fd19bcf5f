import type { Readable } from "node:stream";

const NEWLINE = 0x0a;
/** Bounds memory where the input is no text and has no line ends. */
const MAX_LINE_BYTES = 2 ** 24;

/** A line of input: its text, or what is wrong with it. */
export type InputLine = { readonly number: number; readonly text: string } | { readonly number: number; readonly error: string };

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The lines of a stream in groups, as they arrive: what a person types comes line by line, a file in groups of at most `most`.
 * Lines end with LF or CRLF; the last one may lack it; a byte order mark is skipped.
 */
export async function* lineGroups(input: Readable, most: number): AsyncGenerator<InputLine[], void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let number = 0;
  for await (const chunk of input as AsyncIterable<Buffer | string>) {
    const bytes = Buffer.concat([rest, typeof chunk === "string" ? Buffer.from(chunk) : chunk]);
    let group: InputLine[] = [];
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE, start); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      group.push(readLine(bytes.subarray(start, end), ++number));
      start = end + 1;
      if (group.length === most) {
        yield group;
        group = [];
      }
    }
    if (group.length > 0) yield group;
    rest = bytes.subarray(start);
    if (rest.length > MAX_LINE_BYTES) break;
  }
  if (rest.length > MAX_LINE_BYTES) yield [{ number: number + 1, error: `is longer than ${MAX_LINE_BYTES / 2 ** 20} MiB: is this text?` }];
  else if (rest.length > 0) yield [readLine(rest, number + 1)];
}

function readLine(bytes: Uint8Array, number: number): InputLine {
  try {
    const text = decoder.decode(bytes);
    return { number, text: (number === 1 ? text.replace(/^\uFEFF/, "") : text).replace(/\r$/, "") };
  } catch {
    return { number, error: "is not valid UTF-8: convert it to UTF-8" };
  }
}
