import type { Readable, Writable } from "node:stream";
import type { WriteStream } from "node:tty";
import pc from "picocolors";

/** A stream that may be a terminal. */
export type Output = Writable & Partial<Pick<WriteStream, "isTTY" | "columns">>;

export type Colors = ReturnType<typeof pc.createColors>;

/** What a command reads from and writes to, and the exit code it ends with unless it throws. */
export class Terminal {
  readonly stdin: Readable;
  readonly stdout: Output;
  readonly stderr: Output;
  exitCode = 0;
  /**
   * Called where an output can no longer be written to: a closed pipe, a full disk. The default ends the process as an uncaught error does; a
   * command that must not be cut off puts its own in place.
   */
  onBroken = (error: Error): void => {
    throw error;
  };

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

/** Colours on a terminal that shows them, or where FORCE_COLOR asks for them; never with NO_COLOR (https://no-color.org). */
export function colorsFor(stream: Output, env: NodeJS.ProcessEnv = process.env): Colors {
  const { NO_COLOR, FORCE_COLOR, TERM } = env;
  const wanted = FORCE_COLOR ? FORCE_COLOR !== "0" : stream.isTTY === true && TERM !== "dumb";
  return pc.createColors(wanted && !NO_COLOR);
}
