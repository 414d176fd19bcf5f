/**
 * The work's result, or at once the reason of an abort, whenever the work itself stops.
 * @param onLate takes a result that nobody waits for any more
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined, onLate?: (result: T) => void): Promise<T> {
  if (signal === undefined) return work;
  let abort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      reject(signal.reason);
      work.then(onLate, () => undefined);
    };
  });
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
