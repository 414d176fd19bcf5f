import type { ConfigInput, TextPair } from "@s2s/trainer";
import { pairLine } from "./data-files.ts";
import { configFile, linesFile, type Recipe } from "./recipe.ts";
import { firstPairs, TATOEBA } from "./tatoeba.ts";

const PAIRS = 10_000;
/** Beside the characters a vocabulary has <pad>, <unk>, <s> and </s>. */
const SPECIAL = 4;

/** Widths at which an embedding can be any matrix over the characters, so that a model over it is any that one-hot input gives. */
export function oneHotWidths(pairs: readonly TextPair[]): { source: number; target: number } {
  const width = (side: "source" | "target"): number => new Set(pairs.flatMap((pair) => Array.from(pair[side]))).size + SPECIAL;
  return { source: width("source"), target: width("target") };
}

/** Stands where Keras' example has the line feed that ends a target, which lines of a file cannot hold. */
const END = "\u00b6";

/**
 * The example `lstm_seq2seq.py` of Keras: one LSTM of 256 units on each side, RMSprop with Keras' constants, no clipping, the last fifth of the
 * first 10,000 pairs held out. Its one-hot input is an embedding as wide as the vocabulary. "padded" fills all texts up with blanks that are
 * read and predicted, as the example does: there the loss is its loss, over as many positions. "plain" leaves the texts as they are.
 */
export const kerasChar: Recipe = {
  description: "the first 10,000 English-French pairs in characters, the example lstm_seq2seq of Keras; --split plain or padded",
  data: TATOEBA,
  splits: ["plain", "padded"],
  make: async ({ data, split }) => {
    const first = await firstPairs(data, PAIRS);
    const pairs = split === "padded" ? padded(first) : first;
    const { source, target } = oneHotWidths(pairs);
    const config: ConfigInput = {
      data: { train: "train.tsv", validFraction: 0.2, validSplit: "tail" },
      encoder: { embedding: source, hidden: 256 },
      decoder: { embedding: target, hidden: 256 },
      training: { epochs: 100, batchSize: 64, optimizer: "rmsprop", learningRate: 0.001, rho: 0.9, epsilon: 1e-7, clipNorm: 0 },
    };
    return [linesFile("train.tsv", pairs.map(pairLine)), configFile(config)];
  },
};

/** All sources as long as the longest, all targets with their end as the longest with its own. */
function padded(pairs: readonly TextPair[]): TextPair[] {
  const longest = (side: "source" | "target"): number => Math.max(...pairs.map((pair) => pair[side].length));
  const [source, target] = [longest("source"), longest("target") + END.length];
  return pairs.map((pair) => ({ source: pair.source.padEnd(source), target: (pair.target + END).padEnd(target) }));
}
