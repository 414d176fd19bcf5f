import { closest, distance } from "fastest-levenshtein";

/** The one of `candidates` that a person most likely meant. Case, dots and hyphens do not count: `--batchsize` means `--batch-size`. */
export function nearest(given: string, candidates: readonly string[]): string | undefined {
  const byPlainForm = new Map(candidates.toReversed().map((candidate) => [plain(candidate), candidate]));
  return byPlainForm.get(closest(plain(given), candidates.map(plain)));
}

/** The nearest candidate as a question, where it is near: at most a third of it, rounded up, is written differently. Else nothing. */
export function suggestion(given: string, candidates: readonly string[]): string {
  const found = nearest(given, candidates);
  return found !== undefined && distance(plain(given), plain(found)) <= Math.ceil(Math.max(given.length, found.length) / 3)
    ? `did you mean ${found}?`
    : "";
}

/** The nearest candidate where it is near enough to have been meant: less than half of it is written differently. */
export function meant(given: string, candidates: readonly string[]): string | undefined {
  const found = nearest(given, candidates);
  if (found === undefined) return undefined;
  return distance(plain(given), plain(found)) * 2 < Math.max(given.length, found.length) ? found : undefined;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[-.]/g, "");
}
