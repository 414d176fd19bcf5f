/** Every sequence of 1 to `most` symbols, the short ones first. */
export function sequences(symbols: readonly string[], most: number): string[][] {
  const all: string[][] = [];
  let longest: string[][] = [[]];
  for (let length = 1; length <= most; length += 1) {
    longest = longest.flatMap((sequence) => symbols.map((symbol) => [...sequence, symbol]));
    all.push(...longest);
  }
  return all;
}

/** Sequences and the same reversed as tab-separated lines, symbols joined by `between`. */
export function reversalPairs(all: readonly (readonly string[])[], between = ""): string {
  return all.map((sequence) => `${sequence.join(between)}\t${sequence.toReversed().join(between)}\n`).join("");
}

/** `count` sequences of the letters a to h that differ in length; a function of the index. */
export function letterSequences(count: number): string[][] {
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: 2 + (i % 5) }, (__, k) => "abcdefgh"[(i * 7 + k * (3 + (i % 4))) % 8]!),
  );
}
