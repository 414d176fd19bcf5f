/**
 * Fewest insertions, deletions and substitutions that turn one sequence into the other (Levenshtein 1966; the table of Wagner and Fischer 1974, of
 * which one row is kept).
 */
export function editDistance<T>(a: readonly T[], b: readonly T[]): number {
  // distances[j]: between what of `a` has been read and the first j of `b`.
  const distances = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, item] of a.entries()) {
    let diagonal = i;
    distances[0] = i + 1;
    for (let j = 1; j <= b.length; j++) {
      const substituted = diagonal + (item === b[j - 1] ? 0 : 1);
      diagonal = distances[j]!;
      distances[j] = Math.min(substituted, diagonal + 1, distances[j - 1]! + 1);
    }
  }
  return distances[b.length]!;
}
