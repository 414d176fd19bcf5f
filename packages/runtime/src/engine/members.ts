import type { Bundle } from "../bundle.ts";

/** Models in one: a lone one, or the members of an ensemble, which give the same outputs for the same inputs. */
export type Members = readonly [Bundle, ...Bundle[]];

/** Opens something of every member; where one fails those before are closed again. */
export async function openEach<T extends { dispose(): Promise<void> }>(
  members: Members,
  open: (bundle: Bundle) => Promise<T>,
): Promise<readonly T[]> {
  const opened: T[] = [];
  try {
    for (const member of members) opened.push(await open(member));
    return opened;
  } catch (error) {
    await disposeEach(opened);
    throw error;
  }
}

/** Closes all, also where one fails. */
export async function disposeEach(opened: readonly { dispose(): Promise<void> }[]): Promise<void> {
  const ends = await Promise.allSettled(opened.map(async (each) => each.dispose()));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
