import type { Batch } from "../executor.ts";

/** What a model learns from, by index. A task decides what an example is; whoever makes batches needs nothing else. */
export interface Examples {
  readonly count: number;
  /** Padded lengths of an example; those of like lengths share a batch. The first counts most. */
  lengths(example: number): readonly [number, number];
  /** Terms that an example adds to the loss: target tokens with their end, one label, numbers. */
  units(example: number): number;
  /** How difficult an example is, where the data says so: see `curriculum`. */
  difficulty?(example: number): number;
  /** The examples at these places as one batch, lengths rounded up to multiples of `bucket`. */
  collate(examples: Uint32Array, bucket: number): Batch;
  /** The examples at these places, with all that their task knows of them; see `selectExamples`. */
  select?(examples: Uint32Array): Examples;
}

/** A batch that knows which examples its rows are. */
export interface ExampleBatch extends Batch {
  /** [B] */
  readonly examples: Uint32Array;
}

/** The examples at `indices`, in that order, without copying them. */
export function selectExamples<E extends Examples>(examples: E, indices: Uint32Array): Examples {
  return {
    count: indices.length,
    lengths: (example) => examples.lengths(indices[example]!),
    units: (example) => examples.units(indices[example]!),
    difficulty: (example) => examples.difficulty?.(indices[example]!) ?? 0,
    collate: (chosen, bucket) =>
      examples.collate(
        chosen.map((example) => indices[example]!),
        bucket,
      ),
  };
}

/** Units of an example on average; 1 where there is none. */
export function meanUnits(examples: Examples): number {
  let total = 0;
  for (let example = 0; example < examples.count; example++) total += examples.units(example);
  return examples.count === 0 ? 1 : total / examples.count;
}

/** Smallest multiple of `bucket` that is not below `length`. */
export const roundUp = (length: number, bucket: number): number => Math.ceil(length / bucket) * bucket;
