import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

const NAMES = ["open", "rename", "rm", "mkdir", "writeFile"] as const;
type Name = (typeof NAMES)[number];

/**
 * While `action` runs, calls `before` ahead of every change of the file system (opening, renaming, removing, making folders), with the number of the
 * change counted from 1. What it throws is thrown instead of the change.
 */
export async function watchingChanges<T>(before: (change: number, name: Name, path: string) => void, action: () => Promise<T>): Promise<T> {
  const originals = new Map(NAMES.map((name) => [name, fs[name] as (...args: unknown[]) => unknown]));
  let changes = 0;
  for (const [name, original] of originals) {
    const watched = async (...args: unknown[]): Promise<unknown> => {
      before((changes += 1), name, String(args[0]));
      return original(...args);
    };
    Object.assign(fs, { [name]: watched });
  }
  syncBuiltinESMExports();
  try {
    return await action();
  } finally {
    for (const [name, original] of originals) Object.assign(fs, { [name]: original });
    syncBuiltinESMExports();
  }
}

/** Runs an action whose writes to files fail with a system error, such as ENOSPC, after so many bytes. */
export async function withFullDisk<T>(code: string, bytesLeft: number, action: () => Promise<T>): Promise<T> {
  const file = await fs.open(process.execPath, "r");
  const prototype = Object.getPrototypeOf(file) as Record<"write" | "appendFile", (...args: unknown[]) => unknown>;
  await file.close();
  const { write, appendFile } = prototype;
  let left = bytesLeft;
  const spend = (data: unknown): void => {
    left -= (data as { length: number }).length;
    if (left < 0) throw Object.assign(new Error(`${code}: write`), { code });
  };
  prototype.write = async function limited(...args) {
    spend(args[0]);
    return write.apply(this, args);
  };
  prototype.appendFile = async function limited(...args) {
    spend(args[0]);
    return appendFile.apply(this, args);
  };
  try {
    return await action();
  } finally {
    Object.assign(prototype, { write, appendFile });
  }
}
