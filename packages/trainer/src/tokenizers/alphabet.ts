/** Share of a text that its alphabet covers; the rarest characters of all are written in bytes, as in SentencePiece. */
const COVERAGE = 0.9995;

/**
 * The most frequent characters of a text, in the order of code points.
 * @param always - characters that are in it anyway
 */
export function chooseAlphabet(counts: ReadonlyMap<string, number>, most: number, minFrequency: number, always = ""): string[] {
  const characters = new Map<string, number>();
  for (const [stretch, count] of counts) for (const c of stretch) characters.set(c, (characters.get(c) ?? 0) + count);
  const byFrequency = [...characters].sort(([a, m], [b, n]) => n - m || codePoint(a) - codePoint(b));
  const total = byFrequency.reduce((sum, [, count]) => sum + count, 0);
  const alphabet = new Set(always);
  let covered = 0;
  for (const [character, count] of byFrequency) {
    if (covered >= COVERAGE * total || count < minFrequency || alphabet.size >= most) break;
    alphabet.add(character);
    covered += count;
  }
  return [...alphabet].sort((a, b) => codePoint(a) - codePoint(b));
}

/** A stretch without the characters outside of an alphabet, as indices into it: no piece goes across one of those. */
export function* runsOf(stretch: string, indices: ReadonlyMap<string, number>): Generator<number[], void, undefined> {
  let run: number[] = [];
  for (const character of stretch) {
    const index = indices.get(character);
    if (index !== undefined) run.push(index);
    else {
      if (run.length > 0) yield run;
      run = [];
    }
  }
  if (run.length > 0) yield run;
}

const codePoint = (character: string): number => character.codePointAt(0)!;
