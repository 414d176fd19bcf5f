import { EXIT, explain } from "./errors.ts";
import { createProgram } from "./program.ts";
import { Terminal, type Output } from "./terminal.ts";

/** Runs one command. Returns its exit code; what went wrong is on the terminal's stderr by then. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await createProgram(terminal).parseAsync(args.length === 0 ? ["help"] : args, { from: "user" });
    return terminal.exitCode;
  } catch (error) {
    const { text, exitCode } = explain(error);
    if (text) terminal.stderr.write(`${text}\n`);
    return exitCode;
  }
}

/** The process's entry: runs what its arguments say on its own streams and sets the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const { stdin, stdout, stderr } = process;
  const terminal = new Terminal({ stdin, stdout, stderr });
  terminal.onBroken = endQuietly;
  stdout.on("error", (error) => terminal.onBroken(Object.assign(error, { path: "standard output" })));
  stderr.on("error", (error) => terminal.onBroken(Object.assign(error, { path: "standard error" })));
  process.on("uncaughtException", (error) => {
    const { text, exitCode } = explain(error);
    process.stderr.write(`${text}\n`, () => process.exit(exitCode));
  });
  const exitCode = await run(argv.slice(2), terminal);
  process.exitCode = exitCode;
  if (exitCode === EXIT.ok) return;
  // After a failure something may still be at work; what was printed is on its way out before the process ends.
  await Promise.all([drained(stdout), drained(stderr)]);
  process.exit(exitCode);
}

/** `s2s ... | head` closes the pipe when it has enough: no error of anybody's. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(EXIT.ok);
  throw error;
}

function drained(stream: Output): Promise<void> {
  return new Promise((resolve) => stream.write("", () => resolve()));
}
