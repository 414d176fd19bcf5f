import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

const REGISTER = new URL("register-typescript.mjs", import.meta.url).href;

/** Starts a TypeScript file of this folder in a process of its own, which can be killed. `limit`: most blocks of 512 bytes in a file it writes. */
export function startChild(file: string, args: readonly string[], limit?: number): ChildProcess {
  const command = [
    process.execPath,
    "--conditions=s2s-source",
    `--import=${REGISTER}`,
    fileURLToPath(new URL(file, import.meta.url)),
    ...args,
  ];
  return limit === undefined
    ? spawn(command[0]!, command.slice(1), { stdio: ["ignore", "pipe", "pipe"] })
    : spawn("sh", ["-c", `ulimit -f ${limit}; exec "$@"`, "sh", ...command], { stdio: ["ignore", "pipe", "pipe"] });
}

/** Waits for the end and gives what was printed. */
export async function ended(
  child: ChildProcess,
): Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string; errors: string }> {
  let output = "";
  let errors = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (errors += text));
  return new Promise((resolve) => child.once("close", (code, signal) => resolve({ code, signal, output, errors })));
}
