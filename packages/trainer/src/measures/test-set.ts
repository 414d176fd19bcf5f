import type { TextPair } from "../data/corpus.ts";

/** One text to answer, and what would be right. */
export interface TestItem {
  readonly source: string;
  /** At least one. */
  readonly references: readonly string[];
  /** The pairs that it was made of, by their index. */
  readonly pairs: readonly number[];
}

/**
 * What the pairs of a file test: "source": each source once, with the targets of all its pairs as references (a word and its pronunciations); "line":
 * each pair by itself, as sacreBLEU compares files line by line.
 */
export type ReferenceGrouping = "source" | "line";

export function testItems(pairs: readonly TextPair[], grouping: ReferenceGrouping): TestItem[] {
  if (grouping === "line") return pairs.map(({ source, target }, i) => ({ source, references: [target], pairs: [i] }));
  const items = new Map<string, { source: string; references: string[]; pairs: number[] }>();
  for (const [i, { source, target }] of pairs.entries()) {
    let item = items.get(source);
    if (item === undefined) items.set(source, (item = { source, references: [], pairs: [] }));
    if (!item.references.includes(target)) item.references.push(target);
    item.pairs.push(i);
  }
  return [...items.values()];
}
