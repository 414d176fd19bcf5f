import { threefry2x32 } from "../random.ts";
import { takeLargest } from "./largest.ts";
import type { Sampling } from "./settings.ts";
import type { Choose } from "./single.ts";

/** "samp": keeps these draws apart from others that have the same seed. */
const PURPOSE = 0x73616d70;

/**
 * Draws in [0, 1) with 53 random bits, each a function of (seed, source, number of the sample, step) alone: so it does not matter what else
 * is decoded, nor in which order.
 */
export function uniformDraws(seed: number, source: readonly number[], sample: number): (step: number) => number {
  let key0 = seed;
  let key1 = PURPOSE;
  for (const [position, id] of source.entries()) [key0, key1] = threefry2x32(key0, key1, id, position);
  return (step) => {
    const [high, low] = threefry2x32(key0, key1, sample, step);
    return ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
  };
}

/**
 * Draws tokens from softmax(z / temperature) over those that are not banned; with topK from the K largest of them; with topP from the fewest
 * largest of these whose probabilities, taken among these, add up to it (Holtzman et al., "The Curious Case of Neural Text Degeneration", 2020,
 * arXiv:1904.09751). Of equal ones the lower id is the larger. Its arrays serve all rows of a search, one after the other.
 */
export class Sampler {
  readonly #sampling: Sampling;
  /** [V] exp((z - max) / temperature). */
  readonly #weights: Float64Array;
  /** [V], the first of them those that are not banned. */
  readonly #ids: Int32Array;

  constructor(sampling: Sampling, vocabularySize: number) {
    this.#sampling = sampling;
    this.#weights = new Float64Array(vocabularySize);
    this.#ids = new Int32Array(vocabularySize);
  }

  /** @param uniform gives a draw in [0, 1) for a step */
  choose(uniform: (step: number) => number): Choose {
    return (logits, from, banned, _row, step) => this.#draw(uniform(step), this.#weigh(logits, from, banned));
  }

  /** Gathers ids and weights of what is not banned. */
  #weigh(logits: Float32Array, from: number, banned: Uint8Array): { readonly count: number; readonly total: number } {
    // The largest of these, not of all: far below a banned one all weights could be rounded to 0.
    let max = -Infinity;
    for (let id = 0; id < banned.length; id += 1) {
      const logit = logits[from + id] as number;
      if (logit > max && banned[id] === 0) max = logit;
    }
    let count = 0;
    let total = 0;
    for (let id = 0; id < banned.length; id += 1) {
      const logit = logits[from + id] as number;
      if (banned[id] !== 0 || logit === -Infinity) continue;
      const weight = Math.exp((logit - max) / this.#sampling.temperature);
      this.#weights[id] = weight;
      this.#ids[count] = id;
      count += 1;
      total += weight;
    }
    return { count, total };
  }

  #draw(uniform: number, { count, total }: { readonly count: number; readonly total: number }): number {
    const { topK = count, topP = 1 } = this.#sampling;
    const ids = this.#ids.subarray(0, count);
    if (topK >= count && topP === 1) return this.#pick(ids, uniform * total);
    const largest = takeLargest(ids, this.#weights, topK, topK < count ? Infinity : topP * total);
    const share = topP * (topK < count ? this.#sum(largest) : total);
    let kept = 0;
    let mass = 0;
    while (kept < largest.length && mass < share) {
      mass += this.#weights[largest[kept] as number] as number;
      kept += 1;
    }
    return this.#pick(largest.subarray(0, kept), uniform * mass);
  }

  #sum(ids: Int32Array): number {
    let sum = 0;
    for (const id of ids) sum += this.#weights[id] as number;
    return sum;
  }

  /** The first id at which the running sum of the weights is above `mass`; -1 if there is no id. */
  #pick(ids: Int32Array, mass: number): number {
    let sum = 0;
    let last = -1;
    for (const id of ids) {
      const weight = this.#weights[id] as number;
      sum += weight;
      if (sum > mass) return id;
      // Sums of other orders may be rounded to a little more than this one.
      if (weight > 0) last = id;
    }
    return last;
  }
}
