import { runsOf } from "./alphabet.ts";

/** Characters of the longest piece, as in SentencePiece. */
export const LONGEST_PIECE = 16;

/** Different stretches of a text one after the other, a -1 after each. */
export interface Text {
  readonly alphabet: readonly string[];
  /** Indices into the alphabet. */
  readonly symbols: Int32Array;
  /** How often the stretch at a position occurs. */
  readonly weights: Float64Array;
}

/** A substring and how often it occurs. */
export interface Seed {
  readonly piece: string;
  readonly count: number;
  /** One place of it; undefined for a character that does not occur. */
  readonly at: number | undefined;
}

export function textOf(counts: ReadonlyMap<string, number>, alphabet: readonly string[]): Text {
  const indices = new Map(alphabet.map((character, i) => [character, i]));
  const runs: { readonly run: number[]; readonly count: number }[] = [];
  // Sums of floats depend on their order: it must not be that of the map.
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [stretch, count] of sorted) for (const run of runsOf(stretch, indices)) runs.push({ run, count });
  const length = runs.reduce((sum, { run }) => sum + run.length + 1, 0);
  const symbols = new Int32Array(length).fill(-1);
  const weights = new Float64Array(length);
  let at = 0;
  for (const { run, count } of runs) {
    symbols.set(run, at);
    weights.fill(count, at, at + run.length);
    at += run.length + 1;
  }
  return { alphabet, symbols, weights };
}

/**
 * All characters, and the `most` longer substrings of a text with the largest product of length and frequency. Substrings are grown by a character at a time,
 * from the frequent ones alone: what is longer is not more frequent.
 */
export function findSeeds(text: Text, minFrequency: number, most: number): Seed[] {
  const { alphabet, symbols, weights } = text;
  const A = alphabet.length;
  const characters = alphabet.map((piece): { piece: string; count: number; at: number | undefined } => ({
    piece,
    count: 0,
    at: undefined,
  }));
  for (const [at, symbol] of symbols.entries()) {
    const character = characters[symbol];
    if (character === undefined) continue;
    character.count += weights[at]!;
    character.at ??= at;
  }
  /** Of each position, the number of the substring of the current length that begins there; -1 where it is too rare. */
  const current = symbols.slice();
  const found: (Seed & { readonly score: number })[] = [];
  for (let length = 2; length <= LONGEST_PIECE; length++) {
    const grown = new Map<number, { count: number; readonly at: number; id: number }>();
    const keyAt = (at: number): number =>
      current[at]! < 0 || symbols[at + length - 1]! < 0 ? -1 : current[at]! * A + symbols[at + length - 1]!;
    for (let at = 0; at < symbols.length; at++) {
      const key = keyAt(at);
      if (key < 0) continue;
      const substring = grown.get(key);
      if (substring === undefined) grown.set(key, { count: weights[at]!, at, id: -1 });
      else substring.count += weights[at]!;
    }
    let frequent = 0;
    for (const substring of grown.values()) {
      const { count, at } = substring;
      if (count < minFrequency) continue;
      substring.id = frequent++;
      const piece = Array.from(symbols.subarray(at, at + length), (symbol) => alphabet[symbol]!).join("");
      found.push({ piece, count, at, score: count * length });
    }
    if (frequent === 0) break;
    for (let at = 0; at < symbols.length; at++) current[at] = grown.get(keyAt(at))?.id ?? -1;
  }
  found.sort((a, b) => b.score - a.score || (a.piece < b.piece ? -1 : 1));
  return [...characters, ...found.slice(0, most)];
}
