import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const BIN = fileURLToPath(new URL("../../bin/s2s.mjs", import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ReturnType<typeof spawn>;
  readonly finished: Promise<Finished>;
  /** Resolves once stdout holds the text. */
  waitFor(text: string): Promise<void>;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly script?: string;
}

/** The runner may ask for colours on behalf of its own terminal. */
const PLAIN = { FORCE_COLOR: undefined, NO_COLOR: undefined };

const running = new Set<ReturnType<typeof spawn>>();

/** Ends what a failed test has left behind. */
export function killAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** Starts the built command, as a shell would. Its standard input stays open. */
export function start(args: readonly string[], { cwd, env, script = BIN }: StartOptions = {}): Running {
  const child = spawn(process.execPath, [script, ...args], { cwd, env: { ...process.env, ...PLAIN, ...env }, stdio: "pipe" });
  running.add(child);
  child.on("close", () => running.delete(child));
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  // A command that ends before it has read its input closes the pipe.
  child.stdin.on("error", () => {});
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  const waitFor = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => stdout.includes(text) && resolve();
      child.stdout.on("data", look);
      child.on("close", () => reject(new Error(`ended without ${JSON.stringify(text)}: ${stdout}${stderr}`)));
      look();
    });
  return { process: child, finished, waitFor };
}

/** Runs the built command to its end. */
export function s2s(args: readonly string[], options: StartOptions & { readonly input?: string | Uint8Array } = {}): Promise<Finished> {
  const { process: child, finished } = start(args, options);
  child.stdin?.end(options.input ?? "");
  return finished;
}
