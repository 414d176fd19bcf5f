import { SPECIAL_TOKENS, UserError } from "@s2s/runtime";

export interface TokenLimits {
  /** Most tokens, special ones included (default: no limit). */
  readonly size?: number | undefined;
  /** Tokens seen less often are left out (default 1). */
  readonly minFrequency?: number | undefined;
}

/**
 * The tokens of a vocabulary: the special ones, then the most frequent first; equally frequent ones in the order of their code points, so that the same
 * counts give the same ids everywhere.
 * @throws UserError for a size that leaves no room
 */
export function mostFrequentTokens(counts: ReadonlyMap<string, number>, { size, minFrequency = 1 }: TokenLimits = {}): string[] {
  if (size !== undefined && size <= SPECIAL_TOKENS.length) {
    throw new UserError(`a vocabulary needs more than its ${SPECIAL_TOKENS.length} special tokens: give a size of at least 5`);
  }
  const kept = [...counts].filter(([token, count]) => count >= minFrequency && token !== "" && !SPECIAL_TOKENS.includes(token));
  kept.sort(([a, m], [b, n]) => n - m || compareCodePoints(a, b));
  const room = size === undefined ? kept.length : size - SPECIAL_TOKENS.length;
  return [...SPECIAL_TOKENS, ...kept.slice(0, room).map(([token]) => token)];
}

/** The order of code points; `<` compares UTF-16 units, which puts U+10000 and beyond before U+E000. */
function compareCodePoints(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  for (let i = 0; i < left.length && i < right.length; i += 1) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
