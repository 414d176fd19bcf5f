import { hash32 } from "../data/random.ts";
import { sumSegments, type Counts, type Measure } from "./measure.ts";

/** How a score varies over resampled test sets. */
export interface Interval {
  readonly mean: number;
  /** The middle 95% of the resamples lie from `low` to `high`. */
  readonly low: number;
  readonly high: number;
}

export interface PairedTest {
  /** Scores of the two systems on the whole test set. */
  readonly a: number;
  readonly b: number;
  /**
   * How often so large a difference would come by chance alone were the systems equally good (two-sided): (1 + samples whose statistic is at least the
   * observed |a - b|) / (1 + samples). sacreBLEU counts samples above it, which is the same but for ties: it finds a system different from itself.
   */
  readonly p: number;
  readonly samples: number;
}

export interface BootstrapTest extends PairedTest {
  readonly intervals: { readonly a: Interval; readonly b: Interval; readonly difference: Interval };
  /** Share of samples in which each system was better. */
  readonly wins: { readonly a: number; readonly b: number };
}

export interface TestOptions {
  readonly samples: number;
  readonly seed: number;
}

/** Which segment stands at a position of a sample; for randomisation which of two systems (0 or 1) a segment's counts are swapped for. */
export type Draw = (sample: number, position: number) => number;

/**
 * Paired bootstrap resampling (Koehn, "Statistical Significance Tests for Machine Translation Evaluation", EMNLP 2004): as many segments as there are
 * are drawn with replacement, the same for both systems. The statistic is sacreBLEU's `--paired-bs`: |a - b| of a sample less its mean over all samples,
 * which stands for the differences of systems that are equally good.
 */
export function pairedBootstrap(
  measure: Measure,
  a: Counts,
  b: Counts,
  { samples, seed }: TestOptions,
  draw: Draw = (sample, position) => hash32(seed, "bootstrap", sample, position) % a.segments,
): BootstrapTest {
  requireSame(a, b);
  const scores = { a: new Float64Array(samples), b: new Float64Array(samples) };
  const rows = new Uint32Array(a.segments);
  for (let sample = 0; sample < samples; sample++) {
    for (let i = 0; i < rows.length; i++) rows[i] = draw(sample, i);
    scores.a[sample] = measure.score(sumRows(a, rows));
    scores.b[sample] = measure.score(sumRows(b, rows));
  }
  const differences = scores.b.map((score, sample) => score - scores.a[sample]!);
  const center = meanOf(differences.map(Math.abs));
  const observed = { a: measure.score(sumSegments(a)), b: measure.score(sumSegments(b)) };
  const sign = measure.better === "higher" ? 1 : -1;
  return {
    ...observed,
    p: pValue(
      differences.map((difference) => Math.abs(difference) - center),
      Math.abs(observed.a - observed.b),
    ),
    samples,
    intervals: { a: interval(scores.a), b: interval(scores.b), difference: interval(differences) },
    wins: {
      a: differences.filter((difference) => sign * difference < 0).length / samples,
      b: differences.filter((difference) => sign * difference > 0).length / samples,
    },
  };
}

/**
 * Paired approximate randomisation (Noreen 1989; Riezler and Maxwell, "On Some Pitfalls in Automatic Evaluation and Significance Testing for MT",
 * ACL 2005), sacreBLEU's `--paired-ar`: each segment's answers change sides or not, with a chance of 1/2. The statistic is |a - b| of a sample.
 */
export function approximateRandomization(
  measure: Measure,
  a: Counts,
  b: Counts,
  { samples, seed }: TestOptions,
  draw: Draw = coins(seed),
): PairedTest {
  requireSame(a, b);
  const [wholeA, wholeB] = [sumSegments(a), sumSegments(b)];
  const { width, segments } = a;
  const statistics = new Float64Array(samples);
  for (let sample = 0; sample < samples; sample++) {
    const [sideA, sideB] = [wholeA.slice(), wholeB.slice()];
    for (let i = 0; i < segments; i++) {
      if (draw(sample, i) === 0) continue;
      for (let k = 0; k < width; k++) {
        const change = b.data[i * width + k]! - a.data[i * width + k]!;
        sideA[k]! += change;
        sideB[k]! -= change;
      }
    }
    statistics[sample] = Math.abs(measure.score(sideA) - measure.score(sideB));
  }
  const observed = { a: measure.score(wholeA), b: measure.score(wholeB) };
  return { ...observed, p: pValue(statistics, Math.abs(observed.a - observed.b)), samples };
}

/** One hash gives 32 of them. */
function coins(seed: number): Draw {
  let [bits, at] = [0, -1];
  let of = -1;
  return (sample, position) => {
    const word = position >>> 5;
    if (word !== at || sample !== of) {
      bits = hash32(seed, "randomization", sample, word);
      [at, of] = [word, sample];
    }
    return (bits >>> (position & 31)) & 1;
  };
}

function requireSame(a: Counts, b: Counts): void {
  if (a.segments !== b.segments || a.width !== b.width)
    throw new RangeError(`counts of ${a.segments} x ${a.width} and ${b.segments} x ${b.width} are not of one test set and measure`);
}

function sumRows({ width, data }: Counts, rows: Uint32Array): Float64Array {
  const sums = new Float64Array(width);
  for (const row of rows) for (let k = 0; k < width; k++) sums[k]! += data[row * width + k]!;
  return sums;
}

/** The observed difference is one of the samples (Noreen 1989). */
function pValue(statistics: Float64Array, observed: number): number {
  return (statistics.filter((statistic) => statistic >= observed).length + 1) / (statistics.length + 1);
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function interval(scores: Float64Array): Interval {
  const sorted = scores.toSorted();
  const cut = Math.floor(sorted.length / 40);
  return { mean: meanOf(scores), low: sorted[cut]!, high: sorted[sorted.length - 1 - cut]! };
}
