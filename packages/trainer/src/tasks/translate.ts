import { createTokenizer } from "@s2s/runtime";
import type { TokenUnit, Vocabulary } from "@s2s/runtime";
import type { TokenizerInfo } from "@s2s/runtime/manifest";
import { loadDataset } from "../data/dataset.ts";
import { bundleEncoding, encodeCorpus } from "../data/encode.ts";
import { longestLengths } from "../data/pairs.ts";
import type { Pairs } from "../data/pairs.ts";
import { decodeWithBundle } from "../decode-bundle.ts";
import { exactMatch } from "../evaluate.ts";
import { modelConfig } from "../model-config.ts";
import { lengthLimit } from "./lengths.ts";
import type { Task } from "./task.ts";
import { tokenFigures } from "./token-figures.ts";

const SOURCE_VOCABULARY = "source.vocabulary.json";
const TARGET_VOCABULARY = "target.vocabulary.json";

/** A sequence of tokens to another one. */
export const translate: Task<Pairs> = {
  name: "translate",
  unit: "token",
  async load(config) {
    const { train, valid, sourceVocabulary: source, targetVocabulary: target, filter, digest } = await loadDataset(config);
    const longest = longestLengths(train, valid);
    return {
      train,
      valid,
      model: modelConfig(config, { source: source.size, target: target.size }),
      manifest: {
        task: "translate",
        source: tokenizerInfo(createTokenizer(config.source.tokens).unit, source, SOURCE_VOCABULARY),
        target: tokenizerInfo(createTokenizer(config.target.tokens).unit, target, TARGET_VOCABULARY),
        maxSourceLength: lengthLimit(longest.source),
        maxTargetLength: lengthLimit(longest.target),
      },
      files: { [SOURCE_VOCABULARY]: source.serialize(), [TARGET_VOCABULARY]: target.serialize() },
      filter,
      digest,
    };
  },
  async read(file, data, bundle) {
    const { source, target } = bundleEncoding(bundle);
    return (await encodeCorpus(file, data, source, target)).pairs;
  },
  figures: tokenFigures,
  async measure(bundle, pairs, { limit = pairs.count, ...options } = {}) {
    return { sequenceAccuracy: await exactMatch(pairs, limit, (sources) => decodeWithBundle(bundle, sources, options)) };
  },
};

export const tokenizerInfo = (tokens: TokenUnit, { size }: Vocabulary, vocabulary: string): TokenizerInfo => ({
  tokens,
  normalization: "NFC",
  vocabulary,
  size,
});
