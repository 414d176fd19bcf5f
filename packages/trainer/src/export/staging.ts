import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { UserError } from "@s2s/runtime";
import { makeFolder, writing } from "../files.ts";
import { takeLock } from "../lock.ts";
import { nextOf } from "./publish.ts";

/**
 * Prepares an export in a folder beside `out`, one export to `out` at a time. Whatever becomes of the work, that folder and the lock are gone after it.
 * @param out absolute
 * @param work fills the folder that it is given and publishes it
 * @throws UserError where another export to `out` is under way, or nothing can be written there; it names `out`, not the folder beside it
 */
export async function staged<T>(out: string, work: (next: string) => Promise<T>): Promise<T> {
  const next = nextOf(out);
  const release = await lockExport(out);
  try {
    return await writing(out, () => work(next));
  } catch (error) {
    if (error instanceof UserError && error.message.includes(next))
      throw new UserError(error.message.replaceAll(next, out), { cause: error });
    throw error;
  } finally {
    await rm(next, { recursive: true, force: true }).catch(() => undefined);
    await release();
  }
}

async function lockExport(out: string): Promise<() => Promise<void>> {
  try {
    await writing(out, () => makeFolder(dirname(out)));
    return await takeLock(`${out}.s2s-lock`, out, (who) => `another export to ${out} is under way (${who})`);
  } catch (error) {
    // In /proc and its like nothing can be made, and the system calls that "no such file".
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new UserError(`${out}: cannot write: nothing can be made in ${dirname(out)}; choose another folder`, { cause: error });
  }
}
