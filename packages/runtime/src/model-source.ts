/** Numbers that go into a model as they are. */
export interface Content {
  /** [positions, ...shape] */
  readonly data: Float32Array;
  /** Of one position. */
  readonly shape: readonly number[];
  /** Whether it is a sequence, whose length the graphs are told; a picture or a vector has one position. */
  readonly sequence: boolean;
}

/**
 * What goes into a model: a number for each position, by which a search sorts, cuts attention and draws samples. Of tokens they are the ids that the
 * graphs take; of everything else they stand for the content, of which two that are equal have equal numbers.
 */
export interface Source extends ReadonlyArray<number> {
  readonly content?: Content | undefined;
}

/** A source of numbers. @param data [positions, ...shape] */
export function contentSource(data: Float32Array, shape: readonly number[], sequence: boolean): Source {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const digests = Array.from({ length: data.length / size }, (_, at) => digest(data.subarray(at * size, (at + 1) * size)));
  return Object.assign(digests, { content: { data, shape, sequence } });
}

/** FNV-1a over the numbers' bits, a whole number at a time. */
function digest(numbers: Float32Array): number {
  let hash = 0x811c9dc5;
  for (const bits of new Int32Array(numbers.slice().buffer)) hash = Math.imul(hash ^ bits, 0x01000193);
  return hash >>> 0;
}
