import { createHash } from "node:crypto";
import { given, targetIds, UserError } from "@s2s/runtime";
import type { Bundle, Tokenizer } from "@s2s/runtime";
import { readPairs } from "./corpus.ts";
import type { CorpusOptions } from "./corpus.ts";
import { PairStore } from "./pairs.ts";

/** How one side of a pair becomes ids. */
export interface SideEncoding {
  encode(text: string): ArrayLike<number>;
  /** Pairs with more tokens on this side are dropped; without it, none is. */
  readonly maxLength?: number | undefined;
}

/** What the length filter did to the pairs that were read. A pair too long on both sides counts as a long source. */
export interface FilterCounts {
  readonly read: number;
  readonly longSources: number;
  readonly longTargets: number;
}

export interface EncodedCorpus {
  readonly pairs: PairStore;
  readonly filter: FilterCounts;
  /** SHA-256 of the normalised text of all pairs read, in hexadecimal: tells changed data apart. */
  readonly digest: string;
}

/** How targets become ids in the order in which a model writes them. */
export const targetEncoding = (tokenizer: Tokenizer, reversed: boolean | undefined): SideEncoding => ({
  encode: (text) => targetIds(tokenizer, text, reversed),
});

/** How a bundle encodes pairs. @throws UserError for a model that has not tokens on both sides */
export function bundleEncoding({ source, target, manifest }: Pick<Bundle, "source" | "target" | "manifest">): {
  readonly source: SideEncoding;
  readonly target: SideEncoding;
} {
  return { source: given(source, "source tokens"), target: targetEncoding(given(target, "target tokens"), manifest.target?.reversed) };
}

/**
 * Reads a corpus into memory as token ids, 4 bytes a token.
 *
 * @throws UserError as `readPairs` does, and where the length filter leaves no pair
 */
export async function encodeCorpus(
  path: string,
  options: CorpusOptions,
  source: SideEncoding,
  target: SideEncoding,
): Promise<EncodedCorpus> {
  const pairs = new PairStore();
  const hash = createHash("sha256");
  let read = 0;
  let longSources = 0;
  let longTargets = 0;
  for await (const block of readPairs(path, options)) {
    // A tab cannot be part of a column, nor a newline of a line: the text says where every pair ends.
    hash.update(
      block.map((pair) => `${pair.source}\t${pair.target}${pair.difficulty === undefined ? "" : `\t${pair.difficulty}`}\n`).join(""),
    );
    read += block.length;
    for (const pair of block) {
      const sourceIds = source.encode(pair.source);
      const targetIds = target.encode(pair.target);
      if (sourceIds.length > (source.maxLength ?? Number.POSITIVE_INFINITY)) longSources += 1;
      else if (targetIds.length > (target.maxLength ?? Number.POSITIVE_INFINITY)) longTargets += 1;
      else pairs.push(sourceIds, targetIds, pair.difficulty);
    }
  }
  const filter = { read, longSources, longTargets };
  requirePairs(path, pairs.count, filter);
  return { pairs, filter, digest: hash.digest("hex") };
}

/** @throws UserError where the length filter leaves no pair */
export function requirePairs(path: string, count: number, filter: FilterCounts): void {
  if (count > 0) return;
  throw new UserError(`${path}: no pair is left: ${describeFilter(filter)}; raise source.maxLength or target.maxLength`);
}

/** One line about what the length filter dropped; undefined where it dropped nothing. */
export function describeFilter({ read, longSources, longTargets }: FilterCounts): string | undefined {
  const dropped = longSources + longTargets;
  if (dropped === 0) return undefined;
  return `dropped ${dropped} of ${read} pairs by length: ${longSources} by the source's, ${longTargets} by the target's`;
}
