import { UserError } from "@s2s/runtime";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist: check the path",
  ENOTDIR: "does not exist: a part of the path is a file, not a folder",
  EISDIR: "is a folder: name a file inside it",
  EACCES: "may not be read: check the file's permissions",
  EPERM: "may not be read: check the file's permissions",
};

/** Turns a system error from reading `path` into a UserError with one line; anything else (a bug) comes back as it is. */
export function explainReadError(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return error;
  const code = String(error.code);
  return new UserError(`${path}: ${REASONS[code] ?? `cannot be read (${code})`}`, { cause: error });
}
