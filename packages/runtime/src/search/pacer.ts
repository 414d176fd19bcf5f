import type { Interruption } from "./options.ts";

/** Time between two pauses: that of a frame at 60 Hz. */
const PAUSE_EVERY_MS = 16;

/**
 * Returns what is to be called between steps: it throws the reason of an abort, and where it is time for a pause returns one to wait for. Else
 * there is nothing to wait for, so that the steps of a small model are not slowed down.
 */
export function pacer({ signal, pause }: Interruption): () => Promise<void> | undefined {
  signal?.throwIfAborted();
  let paused = performance.now();
  return () => {
    signal?.throwIfAborted();
    if (pause === undefined || performance.now() - paused < PAUSE_EVERY_MS) return undefined;
    return pause().then(() => {
      paused = performance.now();
      signal?.throwIfAborted();
    });
  };
}
