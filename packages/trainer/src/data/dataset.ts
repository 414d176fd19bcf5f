import { createTokenizer, UserError, Vocabulary } from "@s2s/runtime";
import type { Config } from "../config.ts";
import { encodeCorpus, vocabularyEncoding } from "./encode.ts";
import type { FilterCounts } from "./encode.ts";
import { selectPairs } from "./pairs.ts";
import type { Pairs } from "./pairs.ts";
import type { Sequences } from "./sequences.ts";
import { splitPairs } from "./split.ts";
import { TokenTable } from "./token-counts.ts";

/** All that training reads: encoded pairs and the vocabularies that encode them. */
export interface Dataset {
  readonly train: Pairs;
  /** Empty where the configuration gives no validation file and a `validFraction` of 0. */
  readonly valid: Pairs;
  readonly sourceVocabulary: Vocabulary;
  readonly targetVocabulary: Vocabulary;
  /** What the length filter dropped from the training file. */
  readonly filter: FilterCounts;
  /** Changes with the text of the pairs, not with the paths of their files. */
  readonly digest: string;
}

/**
 * Reads the training and validation pairs that a configuration names. Vocabularies come from the training pairs alone; the
 * length filter applies to the training file alone.
 *
 * @throws UserError where files are missing, damaged, empty or filtered out
 */
export async function loadDataset(config: Config): Promise<Dataset> {
  const { data, source, target, training } = config;
  if (data.train === undefined)
    throw new UserError("data.train: no training pairs: name a tab-separated file in the configuration or with --data");
  const sourceTokenizer = createTokenizer(source.tokens);
  const targetTokenizer = createTokenizer(target.tokens);
  const sourceTable = new TokenTable();
  const targetTable = target.shared ? sourceTable : new TokenTable();
  // One pass over the file: provisional ids are renamed once the split says which pairs count for the vocabularies.
  const corpus = await encodeCorpus(
    data.train,
    data,
    { encode: (text) => sourceTable.encode(sourceTokenizer.tokenize(text)), maxLength: source.maxLength },
    { encode: (text) => targetTable.encode(targetTokenizer.tokenize(text)), maxLength: target.maxLength },
  );
  const fraction = data.valid === undefined ? data.validFraction : 0;
  if (fraction > 0 && corpus.pairs.count < 2) {
    throw new UserError(`${data.train}: a single pair cannot be split: give more pairs, data.valid, or data.validFraction 0`);
  }
  const { sources, targets } = corpus.pairs;
  const sourceOf = (pair: number): string => sources.get(pair).join(" ");
  const split = splitPairs(corpus.pairs.count, { fraction, how: data.validSplit, seed: training.seed, sourceOf });
  const sides = target.shared ? [sources, targets] : [sources];
  const sourceVocabulary = buildVocabulary(sourceTable, sides, split.train, source);
  const targetVocabulary = target.shared ? sourceVocabulary : buildVocabulary(targetTable, [targets], split.train, target);
  const held = selectPairs(corpus.pairs, split.valid);
  const valid =
    data.valid === undefined
      ? { pairs: held, digest: "" }
      : await encodeCorpus(
          data.valid,
          { sourceColumn: data.sourceColumn, targetColumn: data.targetColumn },
          vocabularyEncoding(sourceTokenizer, sourceVocabulary),
          vocabularyEncoding(targetTokenizer, targetVocabulary),
        );
  return {
    train: selectPairs(corpus.pairs, split.train),
    valid: valid.pairs,
    sourceVocabulary,
    targetVocabulary,
    filter: corpus.filter,
    digest: corpus.digest + valid.digest,
  };
}

/** Builds a vocabulary from the training sequences of one side, or of both, and renames the provisional ids of all their sequences to its ids. */
function buildVocabulary(
  table: TokenTable,
  sides: readonly Sequences[],
  train: Uint32Array,
  side: Pick<Config["source"], "vocabulary" | "minFrequency">,
): Vocabulary {
  const vocabulary = Vocabulary.build(table.count(sides, train), { size: side.vocabulary, minFrequency: side.minFrequency });
  const ids = vocabulary.encode(table.tokens());
  for (const sequences of sides) sequences.relabel(ids);
  return vocabulary;
}
