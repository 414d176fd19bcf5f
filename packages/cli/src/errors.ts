import { CommanderError } from "commander";

/** Exit codes: something compared is not equal, a user's mistake, a bug (EX_SOFTWARE of sysexits.h), and work that Ctrl-C ended (128 + SIGINT). */
export const EXIT = { ok: 0, different: 1, userError: 2, bug: 70, interrupted: 130 } as const;

export interface Explanation {
  /** What to print on stderr, without a final newline; empty where all has been said. */
  readonly text: string;
  readonly exitCode: number;
}

/** What the system says no to, in words, and what the user can do about it. */
const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  EACCES: "permission denied: check who may read or write it, or choose another path",
  EPERM: "the system does not permit this: check who may read or write it, or choose another path",
  ENOENT: "no such file or folder: check the path",
  ENOTDIR: "a part of the path is a file, not a folder: check the path",
  EISDIR: "this is a folder, and a file is needed: name a file inside it",
  EEXIST: "this exists already: choose another path",
  ENOTEMPTY: "this folder is not empty: choose another path",
  ENAMETOOLONG: "the path is too long: choose a shorter one",
  ELOOP: "too many symbolic links on the way: check the path",
  EROFS: "the file system is read-only: choose another path",
  ENOSPC: "the disk is full: free some space and start again",
  EDQUOT: "the disk quota is used up: free some space and start again",
  EFBIG: "the file would be larger than this system allows: check `ulimit -f` and the file system",
  EIO: "the device reports an input/output error: check the disk",
  EBUSY: "something else uses this: try again later",
  EMFILE: "too many open files: raise `ulimit -n`",
  ENFILE: "the system has too many open files: close some programs",
  ENOMEM: "not enough memory: close other programs or choose smaller sizes",
};

/** System errors that say nothing useful without the path they are about: without one they are ours to look into. */
const NEED_PATH = new Set([
  "EACCES",
  "EPERM",
  "ENOENT",
  "ENOTDIR",
  "EISDIR",
  "EEXIST",
  "ENOTEMPTY",
  "ENAMETOOLONG",
  "ELOOP",
  "EROFS",
  "EBUSY",
]);

const OUT_OF_MEMORY = /^Array buffer allocation failed$|bad allocation|std::bad_alloc|Failed to allocate memory/;

/** Turns whatever a command threw into what the user reads and the exit code. A user's mistake is one line, a bug keeps its stack. */
export function explain(error: unknown): Explanation {
  if (error instanceof CommanderError) return explainCommander(error);
  const words = error instanceof Error ? (userErrorText(error) ?? systemErrorText(error) ?? memoryText(error)) : undefined;
  if (words !== undefined) return { text: `s2s: ${oneLine(words)}`, exitCode: EXIT.userError };
  const stack = error instanceof Error ? (error.stack ?? String(error)) : String(error);
  return {
    text: `${stack}\ns2s: this is a bug in s2s, not in your input: please report it with the lines above, the command and \`s2s doctor --json\``,
    exitCode: EXIT.bug,
  };
}

/** By name, not by class: an error that came from a worker, or through another copy of the package, is still the user's. */
function userErrorText(error: Error): string | undefined {
  return error.name === "UserError" ? error.message : undefined;
}

function systemErrorText(error: NodeJS.ErrnoException): string | undefined {
  const { code, path, syscall } = error;
  if (code === undefined || syscall === undefined) return undefined;
  const words = SYSTEM_ERRORS[code];
  if (words === undefined || (path === undefined && NEED_PATH.has(code))) return undefined;
  return path === undefined ? words : `${path}: ${words}`;
}

function memoryText(error: NodeJS.ErrnoException): string | undefined {
  if (error.code !== "ERR_WORKER_OUT_OF_MEMORY" && !OUT_OF_MEMORY.test(error.message)) return undefined;
  return `not enough memory (${error.message}): choose smaller sizes (--batch-size, --hidden, a vocabulary) or close other programs`;
}

/** Commander prints help and version itself; its complaints become lines like all others, with its suggestion in the same line. */
function explainCommander(error: CommanderError): Explanation {
  if (error.exitCode === 0) return { text: "", exitCode: EXIT.ok };
  return { text: `s2s: ${oneLine(error.message.replace(/^error: /, ""))}`, exitCode: EXIT.userError };
}

/** Quoted data may hold line ends, tabs and terminal control characters: none of them may reach the terminal. */
function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are the point
  return text.replace(/\s*[\r\n\t]+\s*/g, " ").replace(/[\u0000-\u001f\u007f-\u009f]/g, "\uFFFD");
}
