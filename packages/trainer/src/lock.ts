import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { UserError } from "@s2s/runtime";
import * as v from "valibot";
import { writing } from "./files.ts";

const OwnerSchema = v.object({ pid: v.pipe(v.number(), v.integer(), v.minValue(1)), host: v.string() });

/** Locks of this process: its own pid inside a lock file says nothing, as a container's pid 1 comes back after every start. */
const held = new Set<string>();

/** Says what the holder of a lock does. */
type Say = (who: string) => string;

/**
 * Takes the lock file at `path` for this process, over from a process of this machine that no longer lives. Returns the function that gives it back.
 * @param folder what is locked, as its user knows it
 * @throws UserError where a living process, or one of another machine, holds it.
 */
export async function takeLock(
  path: string,
  folder: string,
  say: Say = (who) => `${folder}: ${who} trains in this folder`,
): Promise<() => Promise<void>> {
  if (held.has(path)) throw locked(path, say("this process"));
  held.add(path);
  try {
    await writing(folder, () => create(path, say));
  } catch (error) {
    held.delete(path);
    throw error;
  }
  return async () => {
    if (held.delete(path)) await rm(path, { force: true });
  };
}

async function create(path: string, say: Say): Promise<void> {
  const content = JSON.stringify({ pid: process.pid, host: hostname() });
  try {
    await writeFile(path, content, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    await removeStale(path, say);
    await writeFile(path, content, { flag: "wx" }).catch((again: unknown) => {
      throw (again as NodeJS.ErrnoException).code === "EEXIST" ? locked(path, say("another process")) : again;
    });
  }
}

/** Moves the lock away and looks at it again before it is deleted: meanwhile another process may have put its own in the stale one's place. */
async function removeStale(path: string, say: Say): Promise<void> {
  const content = await readFile(path, "utf8").catch(() => "");
  const owner = parseOwner(content);
  // A lock without an owner is one whose writer was killed before it could say its name.
  if (owner !== undefined && owner.host !== hostname()) throw locked(path, say(`process ${owner.pid} on ${owner.host}`));
  if (owner !== undefined && owner.pid !== process.pid && isAlive(owner.pid)) throw locked(path, say(`process ${owner.pid}`));
  const aside = `${path}.${process.pid}`;
  await rename(path, aside).catch(() => undefined);
  const moved = await readFile(aside, "utf8").catch(() => content);
  if (moved !== content) {
    await rename(aside, path);
    throw locked(path, say("another process"));
  }
  await rm(aside, { force: true });
}

function parseOwner(content: string): v.InferOutput<typeof OwnerSchema> | undefined {
  try {
    const parsed = v.safeParse(OwnerSchema, JSON.parse(content));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function locked(path: string, reason: string): UserError {
  return new UserError(`${reason}; wait for it, or delete ${path} if it no longer runs`);
}
