/** How often each n-gram occurs. */
export type NGrams = ReadonlyMap<string, number>;

/** n-grams of words, joined by spaces. */
export function wordNGrams(words: readonly string[], n: number): NGrams {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= words.length; i++) add(counts, words.slice(i, i + n).join(" "));
  return counts;
}

/** n-grams of a text's characters (code points). */
export function characterNGrams(text: string, n: number): NGrams {
  const borders = [0];
  for (const character of text) borders.push((borders.at(-1) as number) + character.length);
  const counts = new Map<string, number>();
  for (let i = 0; i + n < borders.length; i++) add(counts, text.slice(borders[i], borders[i + n]));
  return counts;
}

/** n-grams that two texts share, each as often as it is in the one that has fewer. */
export function countShared(a: NGrams, b: NGrams): number {
  let shared = 0;
  for (const [nGram, count] of a) shared += Math.min(count, b.get(nGram) ?? 0);
  return shared;
}

export function countAll(nGrams: NGrams): number {
  let all = 0;
  for (const count of nGrams.values()) all += count;
  return all;
}

/** Of several texts the largest count of each n-gram. */
export function largestCounts(texts: readonly NGrams[]): NGrams {
  const largest = new Map<string, number>();
  for (const nGrams of texts) for (const [nGram, count] of nGrams) largest.set(nGram, Math.max(count, largest.get(nGram) ?? 0));
  return largest;
}

function add(counts: Map<string, number>, nGram: string): void {
  counts.set(nGram, (counts.get(nGram) ?? 0) + 1);
}
