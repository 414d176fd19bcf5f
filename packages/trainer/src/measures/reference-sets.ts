import type { ModelInput } from "@s2s/runtime";
import type { TextPair } from "../data/corpus.ts";

/** A source with a target that would be right. */
export interface Question extends TextPair {
  /** What the model is given where that is not the text itself: an image, numbers; `source` then tells it from others. */
  readonly input?: ModelInput | undefined;
}

/** One source to answer, and what would be right. */
export interface TestItem extends Pick<Question, "source"> {
  readonly input: ModelInput;
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

export function testItems(pairs: readonly Question[], grouping: ReferenceGrouping): TestItem[] {
  const itemOf = ({ source, input = source }: Question) => ({ source, input, references: [] as string[], pairs: [] as number[] });
  const items = new Map<string | number, ReturnType<typeof itemOf>>();
  for (const [i, question] of pairs.entries()) {
    const { source, target } = question;
    const key = grouping === "line" ? i : source;
    let item = items.get(key);
    if (item === undefined) items.set(key, (item = itemOf(question)));
    if (!item.references.includes(target)) item.references.push(target);
    item.pairs.push(i);
  }
  return [...items.values()];
}
