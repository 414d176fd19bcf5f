import { LONGEST_PIECE, type Seed, type Text } from "./seeds.ts";

/** Where each piece stands in a text: all ways to cut it. Scores are the pieces' log-probabilities. */
export class Lattice {
  readonly pieces: readonly string[];
  readonly #symbols: Int32Array;
  readonly #weights: Float64Array;
  /** Of each piece, its length in characters and one place of it. */
  readonly #lengths: Int32Array;
  readonly #places: readonly (number | undefined)[];
  /** Pieces that begin at position p: edges[first[p] .. first[p + 1]], the shortest first. */
  readonly #first: Int32Array;
  readonly #edges: Int32Array;

  constructor(
    text: Pick<Text, "symbols" | "weights">,
    pieces: readonly string[],
    places: readonly (number | undefined)[],
    lengths: Int32Array,
    first: Int32Array,
    edges: Int32Array,
  ) {
    this.pieces = pieces;
    this.#symbols = text.symbols;
    this.#weights = text.weights;
    this.#lengths = lengths;
    this.#places = places;
    this.#first = first;
    this.#edges = edges;
  }

  readonly isCharacter = (piece: number): boolean => this.#lengths[piece] === 1;

  /** With the pieces at `indices` alone. */
  select(indices: readonly number[]): Lattice {
    if (indices.length === this.pieces.length) return this;
    const renamed = new Int32Array(this.pieces.length).fill(-1);
    for (const [i, index] of indices.entries()) renamed[index] = i;
    const first = new Int32Array(this.#first.length);
    const edges = new Int32Array(this.#edges.length);
    let count = 0;
    for (let at = 0; at < this.#symbols.length; at++) {
      for (let edge = this.#first[at]!; edge < this.#first[at + 1]!; edge++) {
        const piece = renamed[this.#edges[edge]!]!;
        if (piece >= 0) edges[count++] = piece;
      }
      first[at + 1] = count;
    }
    return new Lattice(
      { symbols: this.#symbols, weights: this.#weights },
      indices.map((i) => this.pieces[i]!),
      indices.map((i) => this.#places[i]),
      Int32Array.from(indices, (i) => this.#lengths[i]!),
      first,
      edges.slice(0, count),
    );
  }

  /** How often each piece is expected in the text, over all ways to cut it (forward-backward). */
  expected(scores: Float64Array): Float64Array {
    const expected = new Float64Array(this.pieces.length);
    const forward = new Float64Array(this.#symbols.length);
    const backward = new Float64Array(this.#symbols.length);
    for (const [begin, end] of this.#stretches()) {
      forward.fill(Number.NEGATIVE_INFINITY, begin + 1, end + 1);
      for (let at = begin; at < end; at++) {
        for (let edge = this.#first[at]!; edge < this.#first[at + 1]!; edge++) {
          const piece = this.#edges[edge]!;
          const to = at + this.#lengths[piece]!;
          forward[to] = logAdd(forward[to]!, forward[at]! + scores[piece]!);
        }
      }
      const total = forward[end]!;
      for (let at = end - 1; at >= begin; at--) {
        let sum = Number.NEGATIVE_INFINITY;
        for (let edge = this.#first[at]!; edge < this.#first[at + 1]!; edge++) {
          const piece = this.#edges[edge]!;
          const onward = scores[piece]! + backward[at + this.#lengths[piece]!]!;
          expected[piece]! += this.#weights[begin]! * Math.exp(forward[at]! + onward - total);
          sum = logAdd(sum, onward);
        }
        backward[at] = sum;
      }
    }
    return expected;
  }

  /** How often each piece occurs where every stretch is cut in the best way. */
  bestFrequencies(scores: Float64Array): Float64Array {
    const frequencies = new Float64Array(this.pieces.length);
    for (const [begin, end] of this.#stretches()) {
      for (const piece of this.#best(begin, end, scores, -1).pieces) frequencies[piece]! += this.#weights[begin]!;
    }
    return frequencies;
  }

  /** The best way to write a longer piece in others. */
  partsOf(piece: number, scores: Float64Array): { readonly pieces: readonly number[]; readonly score: number } {
    const at = this.#places[piece]!;
    return this.#best(at, at + this.#lengths[piece]!, scores, piece);
  }

  /** The best way to cut the text between two positions without a piece (Viterbi). */
  #best(begin: number, end: number, scores: Float64Array, without: number): { readonly pieces: number[]; readonly score: number } {
    const best = new Float64Array(end - begin + 1).fill(Number.NEGATIVE_INFINITY);
    const last = new Int32Array(end - begin + 1);
    best[0] = 0;
    for (let at = begin; at < end; at++) {
      for (let edge = this.#first[at]!; edge < this.#first[at + 1]!; edge++) {
        const piece = this.#edges[edge]!;
        const to = at + this.#lengths[piece]! - begin;
        const score = best[at - begin]! + scores[piece]!;
        if (piece === without || to > end - begin || score <= best[to]!) continue;
        best[to] = score;
        last[to] = piece;
      }
    }
    const pieces: number[] = [];
    for (let to = end - begin; to > 0; to -= this.#lengths[last[to]!]!) pieces.push(last[to]!);
    return { pieces, score: best[end - begin]! };
  }

  *#stretches(): Generator<readonly [begin: number, end: number], void, undefined> {
    for (let begin = 0; begin < this.#symbols.length;) {
      const end = this.#symbols.indexOf(-1, begin);
      yield [begin, end];
      begin = end + 1;
    }
  }
}

/** Finds the seeds everywhere in a text. */
export function buildLattice({ alphabet, symbols, weights }: Text, seeds: readonly Seed[]): Lattice {
  const indices = new Map(alphabet.map((character, i) => [character, i]));
  const spelt = seeds.map(({ piece }) => Array.from(piece, (character) => indices.get(character)!));
  // A tree of prefixes: children by node * A + character.
  const children = new Map<number, number>();
  const pieceOf: number[] = [-1];
  for (const [piece, spelling] of spelt.entries()) {
    let node = 0;
    for (const symbol of spelling) {
      const key = node * alphabet.length + symbol;
      let child = children.get(key);
      if (child === undefined) {
        child = pieceOf.push(-1) - 1;
        children.set(key, child);
      }
      node = child;
    }
    pieceOf[node] = piece;
  }
  const first = new Int32Array(symbols.length + 1);
  const edges: number[] = [];
  for (let at = 0; at < symbols.length; at++) {
    let node: number | undefined = 0;
    for (let to = at; to < at + LONGEST_PIECE && symbols[to]! >= 0; to++) {
      node = children.get(node * alphabet.length + symbols[to]!);
      if (node === undefined) break;
      if (pieceOf[node]! >= 0) edges.push(pieceOf[node]!);
    }
    first[at + 1] = edges.length;
  }
  const lengths = Int32Array.from(spelt, (spelling) => spelling.length);
  return new Lattice(
    { symbols, weights },
    seeds.map(({ piece }) => piece),
    seeds.map(({ at }) => at),
    lengths,
    first,
    Int32Array.from(edges),
  );
}

function logAdd(a: number, b: number): number {
  if (a < b) return logAdd(b, a);
  return b === Number.NEGATIVE_INFINITY ? a : a + Math.log1p(Math.exp(b - a));
}
