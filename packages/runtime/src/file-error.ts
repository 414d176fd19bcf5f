import { UserError } from "./errors.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "is missing",
  ENOTDIR: "is missing",
  ELOOP: "is a link to itself",
  EACCES: "may not be read; change its permissions",
  EPERM: "may not be read; change its permissions",
  EISDIR: "is a folder, not a file",
  EIO: "cannot be read; the disk reports an error",
  ENAMETOOLONG: "has a name that is too long",
};

/** Does something with a file; what the file system reports becomes a UserError that names it. */
export async function explainFileError<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const reason = REASONS[(error as NodeJS.ErrnoException).code ?? ""];
    if (reason === undefined) throw error;
    throw new UserError(`${path}: ${reason}`, { cause: error });
  }
}
