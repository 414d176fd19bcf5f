import { constants } from "node:os";

/** Shells and package managers pass on the Ctrl-C that the terminal has already sent to all: within this time it is the same one. */
const SAME_PRESS_MS = 300;

type Signal = "SIGINT" | "SIGTERM";

export interface Interruption {
  /** Aborted by the first Ctrl-C (or SIGTERM), or by `stop`. */
  readonly signal: AbortSignal;
  /** Lets the work end in order without a Ctrl-C. */
  readonly stop: () => void;
  /** 128 and the number of the signal that came; 130 for Ctrl-C. */
  readonly exitCode: () => number;
  /** Gives Ctrl-C its usual meaning back. */
  readonly dispose: () => void;
}

/**
 * Lets the work at hand end in order at the first Ctrl-C; the second one ends the process at once.
 * @param onFirst tells the user
 */
export function catchInterrupts(onFirst: () => void): Interruption {
  const controller = new AbortController();
  let first: { readonly at: number; readonly name: Signal } | undefined;
  const exitCode = () => 128 + constants.signals[first?.name ?? "SIGINT"];
  const names: Signal[] = ["SIGINT", "SIGTERM"];
  const dispose = () => {
    for (const name of names) process.off(name, listen);
  };
  const listen = (name: Signal) => {
    const now = performance.now();
    if (first === undefined) {
      first = { at: now, name };
      controller.abort();
      onFirst();
    } else if (now - first.at > SAME_PRESS_MS) {
      // By the signal itself: process.exit would end training workers in the middle of native code, which aborts with a core dump.
      dispose();
      process.kill(process.pid, name);
    }
  };
  for (const name of names) process.on(name, listen);
  return { signal: controller.signal, stop: () => controller.abort(), exitCode, dispose };
}
