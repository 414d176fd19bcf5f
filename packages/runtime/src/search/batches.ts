/**
 * Cuts jobs into batches of sources of like length, so that little is padding: sorted by the length of their sources, those of one source side
 * by side.
 * @param perSource jobs for each source
 * @param size most jobs in a batch
 */
export function* batchesByLength(
  sources: readonly ArrayLike<number>[],
  perSource: number,
  size: number,
): Generator<Batch, void, undefined> {
  const lengthOf = (source: number): number => sources[source]?.length ?? 0;
  const order = sources.map((_, source) => source).sort((a, b) => lengthOf(a) - lengthOf(b) || a - b);
  const total = order.length * perSource;
  for (let from = 0; from < total; from += size) {
    const jobs: Job[] = [];
    const unique: number[] = [];
    for (let i = from; i < Math.min(from + size, total); i += 1) {
      const source = order[Math.floor(i / perSource)] as number;
      if (unique.at(-1) !== source) unique.push(source);
      jobs.push({ source, number: i % perSource, row: unique.length - 1 });
    }
    yield { sources: unique, jobs };
  }
}

export interface Job {
  /** Index of the source. */
  readonly source: number;
  /** Which one of the source's jobs this is. */
  readonly number: number;
  /** Where the source stands among those of the batch. */
  readonly row: number;
}

export interface Batch {
  /** Indices of the sources, each once. */
  readonly sources: readonly number[];
  readonly jobs: readonly Job[];
}
