import { looksReserved, RESERVED_TOKENS, type TokenizerData } from "@s2s/runtime";
import { digamma } from "./digamma.ts";
import { type Lattice, buildLattice } from "./lattice.ts";
import { findSeeds, textOf } from "./seeds.ts";

/** Share of the pieces that one round of pruning leaves. */
const SHRINK = 0.75;
/** Rounds stop at this many times the final size; the least probable pieces go at the end. */
const SPARE = 1.1;
const SEEDS_PER_PIECE = 30;
/** Pieces that are expected less often are dropped (as in SentencePiece). */
const LEAST_EXPECTED = 0.5;
/** Bytes and special tokens are never text: below any way to spell their names. Whole, so that every JSON reader reads the same number. */
const RESERVED_SCORE = -1e6;
/** Decimals of a score: few enough that readers of JSON which round sloppily still agree. */
const PRECISION = 1e6;

/**
 * Unigram language model (Kudo 2018): pieces and their probabilities are fitted to the text by expectation maximisation, summed over all ways to cut it,
 * beginning with all frequent substrings; of these, the ones whose loss lowers the likelihood least are dropped until `size` tokens are left.
 * @param alphabet - characters, which are pieces in any case
 */
export function learnUnigram(
  counts: ReadonlyMap<string, number>,
  alphabet: readonly string[],
  size: number,
  minFrequency: number,
): TokenizerData {
  const room = size - RESERVED_TOKENS.length;
  const text = textOf(counts, alphabet);
  const seeds = findSeeds(text, Math.max(2, minFrequency), SEEDS_PER_PIECE * room).filter(({ piece }) => !looksReserved(piece));
  let lattice = buildLattice(text, seeds);
  let scores = normalized(Float64Array.from(seeds, ({ piece, count }) => Math.max(count, 1) * piece.length));
  for (;;) {
    for (let i = 0; i < 2; i++) [lattice, scores] = maximize(lattice, lattice.expected(scores));
    if (lattice.pieces.length <= Math.max(SPARE * room, text.alphabet.length)) break;
    const left = Math.max(SPARE * room, SHRINK * lattice.pieces.length);
    [lattice, scores] = keep(lattice, scores, mostUseful(lattice, scores, Math.floor(left)));
  }
  return data(lattice, scores, room);
}

/** The new probabilities, with the digamma function for the logarithm: pieces that are hardly ever used lose most (variational Bayes). */
function maximize(lattice: Lattice, expected: Float64Array): [Lattice, Float64Array] {
  const used = Array.from(expected.keys()).filter((i) => expected[i]! >= LEAST_EXPECTED || lattice.isCharacter(i));
  const weights = Float64Array.from(used, (i) => Math.max(expected[i]!, LEAST_EXPECTED));
  const total = digamma(weights.reduce((sum, weight) => sum + weight, 0));
  return [lattice.select(used), weights.map((weight) => digamma(weight) - total)];
}

/** Indices, ascending, of characters and of the pieces whose loss would lower the likelihood most, `most` in all. */
function mostUseful(lattice: Lattice, scores: Float64Array, most: number): number[] {
  const frequencies = lattice.bestFrequencies(scores);
  const total = frequencies.reduce((sum, frequency) => sum + frequency, 0);
  const kept: number[] = [];
  const losses: { readonly index: number; readonly loss: number }[] = [];
  for (const [index, frequency] of frequencies.entries()) {
    if (lattice.isCharacter(index)) kept.push(index);
    else {
      const parts = lattice.partsOf(index, scores);
      if (frequency === 0 || parts.score >= scores[index]!) continue;
      // Without the piece, each of its places would have its parts.
      const without = Math.log(total + frequency * (parts.pieces.length - 1));
      const alternative = parts.pieces.reduce((sum, part) => sum + Math.log(frequencies[part]! + frequency) - without, 0);
      losses.push({ index, loss: frequency * (Math.log(frequency / total) - alternative) });
    }
  }
  losses.sort((a, b) => b.loss - a.loss || a.index - b.index);
  return [...kept, ...losses.slice(0, Math.max(0, most - kept.length)).map(({ index }) => index)].sort((a, b) => a - b);
}

const keep = (lattice: Lattice, scores: Float64Array, indices: readonly number[]): [Lattice, Float64Array] => [
  lattice.select(indices),
  Float64Array.from(indices, (i) => scores[i]!),
];

/** The best pieces, the most probable first; characters in any case. */
function data({ pieces, isCharacter }: Lattice, scores: Float64Array, room: number): TokenizerData {
  const order = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);
  const characters = order.filter((i) => isCharacter(i));
  const others = order.filter((i) => !isCharacter(i)).slice(0, Math.max(0, room - characters.length));
  const kept = [...characters, ...others].sort((a, b) => scores[b]! - scores[a]! || a - b);
  return {
    unit: "unigram",
    tokens: [...RESERVED_TOKENS, ...kept.map((i) => pieces[i]!)],
    scores: [...RESERVED_TOKENS.map(() => RESERVED_SCORE), ...kept.map((i) => Math.round(scores[i]! * PRECISION) / PRECISION)],
  };
}

function normalized(weights: Float64Array): Float64Array {
  const total = Math.log(weights.reduce((sum, weight) => sum + weight, 0));
  return weights.map((weight) => Math.log(weight) - total);
}
