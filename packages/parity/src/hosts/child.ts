import { spawn } from "node:child_process";
import { deferred } from "./deferred.ts";

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** Kept of what a child writes to stderr: its end says why it ended. */
const KEPT = 4000;

/**
 * Starts a program and waits for what it is to send elsewhere. It is ended afterwards, with all that it started, however that turned out.
 * @throws Error where it ends, or the time is over, before the answer has come
 */
export async function waitForAnswer<T>(answer: Promise<T>, { command, args, env, timeoutSeconds, signal }: ChildOptions): Promise<T> {
  signal?.throwIfAborted();
  // A group of its own, so that a browser's processes can be ended together.
  const child = spawn(command, args, { env, stdio: ["ignore", "ignore", "pipe"], detached: process.platform !== "win32" });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-KEPT)));
  const said = (): string => (stderr.trim() === "" ? "" : `: ${stderr.trim().split("\n").slice(-3).join(" ")}`);
  const closed = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  const failed = deferred<never>();
  child.once("error", (error) => failed.reject(new Error(`${command} cannot be started (${error.message})`)));
  // What was posted just before the end may still be on its way through the server.
  child.once("close", (code, by) =>
    setTimeout(() => failed.reject(new Error(`its process ended (${by ?? `exit code ${code}`})${said()}`)), 500),
  );
  const timer = setTimeout(
    () => failed.reject(new Error(`it gave no answer within ${timeoutSeconds} s${said()}; give it longer with --timeout`)),
    timeoutSeconds * 1000,
  );
  const abort = (): void => failed.reject(signal?.reason);
  signal?.addEventListener("abort", abort);
  try {
    return await Promise.race([answer, failed.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    // Not waited for by anyone any more.
    failed.promise.catch(() => undefined);
    kill(child.pid);
    await closed;
  }
}

function kill(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
