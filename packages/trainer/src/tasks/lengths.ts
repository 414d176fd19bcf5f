/** Bounds of the manifest's lengths. Twice the longest sequence seen leaves room for new ones; far longer ones no such model gets right. */
const [SHORTEST, LONGEST] = [32, 100_000];

/** The longest sequence that a model takes or gives, where the longest that it saw is this long. */
export const lengthLimit = (longest: number): number => Math.min(Math.max(2 * longest, SHORTEST), LONGEST);
