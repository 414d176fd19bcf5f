import type { Interruption } from "./options.ts";

/** Time between two pauses: that of a frame at 60 Hz. */
const PAUSE_EVERY_MS = 16;

/**
 * To be called between steps: throws the reason of an abort, and where it is time for a pause returns one to wait for. Without one there is
 * nothing to wait for, so that the steps of a small model are not slowed down.
 */
export function pacer({ signal, pause }: Interruption): () => Promise<void> | undefined {
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
