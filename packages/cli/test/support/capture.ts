import { PassThrough, Readable, Writable } from "node:stream";
import { run } from "../../src/main.ts";
import { Terminal, type Output } from "../../src/terminal.ts";

// The runner may ask for colours on behalf of its own terminal.
delete process.env["FORCE_COLOR"];

/** A stream that keeps what is written, in the role of a terminal where `columns` is given. */
export class Captured extends Writable {
  text = "";
  readonly isTTY: boolean;
  readonly columns: number;

  constructor(columns?: number) {
    super({ decodeStrings: false });
    this.isTTY = columns !== undefined;
    this.columns = columns ?? 100;
  }

  override _write(chunk: string | Uint8Array, _encoding: unknown, done: () => void): void {
    this.text += typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
    done();
  }
}

export function capturedTerminal(columns?: number, stdin = ""): { terminal: Terminal; out: Captured; err: Captured } {
  const out = new Captured(columns);
  const err = new Captured(columns);
  const terminal = new Terminal({
    stdin: Readable.from(stdin === "" ? [] : [Buffer.from(stdin)]),
    stdout: out as Output,
    stderr: err as Output,
  });
  return { terminal, out, err };
}

export const runHere = (...args: string[]) => runWith("", ...args);

/** Runs one command line in this process. @param stdin what stands on standard input */
export async function runWith(stdin: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { terminal, out, err } = capturedTerminal(undefined, stdin);
  const code = await run(args, terminal);
  return { code, stdout: out.text, stderr: err.text };
}

/** A readable stream that gives these chunks one after the other. */
export function chunks(parts: readonly Uint8Array[]): Readable {
  const stream = new PassThrough();
  for (const part of parts) stream.write(part);
  stream.end();
  return stream;
}
