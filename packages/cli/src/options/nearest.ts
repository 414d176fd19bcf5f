import { closest } from "fastest-levenshtein";

/** The one of `candidates` that a person most likely meant. Case, dots and hyphens do not count: `--batchsize` means `--batch-size`. */
export function nearest(given: string, candidates: readonly string[]): string | undefined {
  const byPlainForm = new Map(candidates.toReversed().map((candidate) => [plain(candidate), candidate]));
  return byPlainForm.get(closest(plain(given), candidates.map(plain)));
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[-.]/g, "");
}
