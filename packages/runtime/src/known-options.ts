import { UserError } from "./errors.ts";

/**
 * Looks at the names alone: a misspelt option would otherwise silently do nothing. One that is undefined counts as not given.
 * @throws UserError for what is no object, and for a name that is not known, with one that is much alike, or all that are
 */
export function requireKnown(options: unknown, known: readonly string[]): asserts options is object {
  requireObject(options);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || known.includes(name)) continue;
    const near = nearest(name.slice(0, 40), known);
    const hint = near === undefined ? `the options are ${known.join(", ")}` : `did you mean ${near}?`;
    throw new UserError(`unknown option ${JSON.stringify(name.slice(0, 40))}: ${hint}`);
  }
}

/** @throws UserError */
export function requireObject(options: unknown): asserts options is object {
  if (typeof options !== "object" || options === null || Array.isArray(options)) throw new UserError("the options must be an object");
}

/**
 * Whether every name is known. Where one is not, pages load what says so: their scripts are to be small.
 * @throws UserError for what is no object
 */
export function areKnown(options: unknown, known: readonly string[]): boolean {
  requireObject(options);
  return Object.keys(options).every((name) => known.includes(name));
}

/** None where more than a third of the letters would have to change: nobody mistypes that much. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const distances = known.map((each) => editDistance(name, each));
  const least = Math.min(...distances);
  return least <= Math.ceil(name.length / 3) ? known[distances.indexOf(least)] : undefined;
}

/** Fewest insertions, deletions and substitutions of UTF-16 units between two texts (Levenshtein 1966), row by row (Wagner and Fischer 1974). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row.at(-1) as number;
}
