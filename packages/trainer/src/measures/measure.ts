/**
 * A measure of answers against references that sums numbers over the segments (texts) and turns the sums into one score. What resamples segments
 * (significance.ts) needs no more than these numbers.
 */
export interface Measure {
  /** As people ask for it: "bleu". */
  readonly name: string;
  /** Numbers that each segment gives. */
  readonly width: number;
  /** Whether a better answer has a higher or a lower score. */
  readonly better: "higher" | "lower";
  /** Points go from 0 to 100, as the literature counts BLEU and chrF; shares from 0 to 1 (error rates may pass 1). */
  readonly unit: "points" | "share";
  /** The `width` numbers of one segment; at least one reference. */
  count(hypothesis: string, references: readonly string[]): readonly number[];
  /** Score of `width` sums. */
  score(sums: ArrayLike<number>): number;
}

/** The counts of all segments, row after row: [segments, width]. */
export interface Counts {
  readonly segments: number;
  readonly width: number;
  readonly data: Float64Array;
}

/** @param references those of each hypothesis, at least one each */
export function countSegments(measure: Measure, hypotheses: readonly string[], references: readonly (readonly string[])[]): Counts {
  if (hypotheses.length !== references.length)
    throw new RangeError(`${hypotheses.length} hypotheses for ${references.length} groups of references`);
  const { width } = measure;
  const data = new Float64Array(hypotheses.length * width);
  for (const [i, hypothesis] of hypotheses.entries()) {
    const own = references[i] as readonly string[];
    if (own.length === 0) throw new RangeError(`segment ${i} has no reference`);
    data.set(measure.count(hypothesis, own), i * width);
  }
  return { segments: hypotheses.length, width, data };
}

export function sumSegments({ segments, width, data }: Counts): Float64Array {
  const sums = new Float64Array(width);
  for (let i = 0; i < segments; i++) for (let k = 0; k < width; k++) sums[k]! += data[i * width + k]!;
  return sums;
}

/** The score of a whole test set. */
export function corpusScore(measure: Measure, hypotheses: readonly string[], references: readonly (readonly string[])[]): number {
  return measure.score(sumSegments(countSegments(measure, hypotheses, references)));
}

/** The score of one segment alone. */
export function segmentScore(measure: Measure, hypothesis: string, references: readonly string[]): number {
  return corpusScore(measure, [hypothesis], [references]);
}
