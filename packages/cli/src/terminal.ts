import type { Readable, Writable } from "node:stream";
import type { WriteStream } from "node:tty";
import pc from "picocolors";

/** A stream that may be a terminal. */
export type Output = Writable & Partial<Pick<WriteStream, "isTTY" | "columns" | "hasColors">>;

export type Colors = ReturnType<typeof pc.createColors>;

/** What a command reads from and writes to, and the exit code it ends with unless it throws. */
export class Terminal {
  readonly stdin: Readable;
  readonly stdout: Output;
  readonly stderr: Output;
  exitCode = 0;

  constructor(streams: { readonly stdin: Readable; readonly stdout: Output; readonly stderr: Output }) {
    this.stdin = streams.stdin;
    this.stdout = streams.stdout;
    this.stderr = streams.stderr;
  }

  /** A line of the result. */
  print(line = ""): void {
    this.stdout.write(`${line}\n`);
  }

  /** A line about the work, which is no part of the result. */
  note(line: string): void {
    this.stderr.write(`s2s: ${line}\n`);
  }

  /** The whole result as one JSON object on one line. */
  printJson(result: object): void {
    this.print(JSON.stringify(result));
  }
}

/** Colours where the stream shows them; NO_COLOR, FORCE_COLOR and TERM=dumb are honoured by Node.js' own rule. */
export function colorsFor(stream: Output): Colors {
  return pc.createColors(stream.isTTY === true && stream.hasColors?.() === true);
}
