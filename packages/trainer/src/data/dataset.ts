import { UserError } from "@s2s/runtime";
import type { Tokenizer } from "@s2s/runtime";
import type { Config } from "../config.ts";
import { encodeCorpus, requirePairs, targetEncoding } from "./encode.ts";
import type { FilterCounts } from "./encode.ts";
import { holdOut } from "./hold-out.ts";
import { selectPairs } from "./pairs.ts";
import type { Pairs } from "./pairs.ts";
import { keepShort } from "./split.ts";
import { StretchTable } from "./token-counts.ts";

/** All that training reads: encoded pairs and the tokenisers that encode them. */
export interface Dataset {
  readonly train: Pairs;
  /** Empty where the configuration gives no validation file and a `validFraction` of 0. */
  readonly valid: Pairs;
  readonly source: Tokenizer;
  /** The same where they are shared. */
  readonly target: Tokenizer;
  /** What the length filter dropped from the training file. */
  readonly filter: FilterCounts;
  /** Changes with the text of the pairs, not with the paths of their files. */
  readonly digest: string;
}

/**
 * Reads the training and validation pairs that a configuration names. Tokenisers are learned from the training pairs alone; the
 * length filter applies to the training file alone.
 *
 * @throws UserError where files are missing, damaged, empty or filtered out
 */
export async function loadDataset(config: Config): Promise<Dataset> {
  const { data, source, target, decoder, training } = config;
  if (data.train === undefined)
    throw new UserError("data.train: no training pairs: name a tab-separated file in the configuration or with --data");
  const sourceTable = new StretchTable(source.tokens);
  const targetTable = target.shared ? sourceTable : new StretchTable(target.tokens);
  // One pass over the file: provisional ids are replaced once the split says which pairs the tokens are learned from.
  const corpus = await encodeCorpus(
    data.train,
    { ...data, ...(training.curriculum > 0 && { difficultyColumn: training.curriculum }) },
    { encode: (text) => sourceTable.encode(text), maxLength: source.maxLength },
    { encode: (text) => targetTable.encode(text), maxLength: target.maxLength },
  );
  const { sources, targets } = corpus.pairs;
  const sourceOf = (pair: number): string => sources.get(pair).join(" ");
  const all = holdOut(config, { file: data.train, noun: "pair", count: corpus.pairs.count, sourceOf });
  const sides = target.shared ? [sources, targets] : [sources];
  const sourceTokenizer = sourceTable.learn(sides, all.train, { size: source.vocabulary, minFrequency: source.minFrequency });
  const targetTokenizer = target.shared
    ? sourceTokenizer
    : targetTable.learn([targets], all.train, { size: target.vocabulary, minFrequency: target.minFrequency });
  if (decoder.reverseTarget) targets.reverse();
  // Pieces are more than the stretches that they are cut from.
  const shortSources = keepShort(all, (pair) => sources.lengthOf(pair) <= (source.maxLength ?? Number.POSITIVE_INFINITY));
  const { split, dropped } = keepShort(
    shortSources.split,
    (pair) => targets.lengthOf(pair) <= (target.maxLength ?? Number.POSITIVE_INFINITY),
  );
  const { read, longSources, longTargets } = corpus.filter;
  const filter = { read, longSources: longSources + shortSources.dropped, longTargets: longTargets + dropped };
  requirePairs(data.train, split.train.length, filter);
  const held = selectPairs(corpus.pairs, split.valid);
  const valid =
    data.valid === undefined
      ? { pairs: held, digest: "" }
      : await encodeCorpus(
          data.valid,
          { sourceColumn: data.sourceColumn, targetColumn: data.targetColumn },
          sourceTokenizer,
          targetEncoding(targetTokenizer, decoder.reverseTarget),
        );
  return {
    train: selectPairs(corpus.pairs, split.train),
    valid: valid.pairs,
    source: sourceTokenizer,
    target: targetTokenizer,
    filter,
    digest: corpus.digest + valid.digest,
  };
}
