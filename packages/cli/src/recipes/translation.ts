import type { ConfigInput } from "@s2s/trainer";
import { configFile, type Recipe } from "./recipe.ts";
import { TATOEBA, wordFiles } from "./tatoeba.ts";

/** One data set for all, so that they can be compared: 30,000 pairs in all. */
const SIZES = { train: 27_000, valid: 1000, test: 2000 };

const DATA = { train: "train.tsv", valid: "valid.tsv" };
const SIDE = { tokens: "word", vocabulary: 8000 } as const;
/** The papers' ways to train differ; one for all shows what the models make of it. */
const TRAINING: ConfigInput["training"] = { epochs: 15, batchSize: 64, learningRate: 0.001, dropout: 0.3, patience: 3 };

/** A model of the literature, smaller, on 30,000 pairs of English and French sentences. */
function translation(description: string, encoder: ConfigInput["encoder"], decoder: ConfigInput["decoder"]): Recipe {
  const config: ConfigInput = { data: DATA, source: SIDE, target: SIDE, encoder, decoder, training: TRAINING };
  return { description, data: TATOEBA, make: async ({ data, seed }) => [...(await wordFiles(data, seed, SIZES)), configFile(config)] };
}

const WIDTHS = { embedding: 128, hidden: 256 };

export const cho2014 = translation(
  "30,000 English-French pairs in words: GRUs, the source's summary in every step (Cho et al. 2014)",
  { ...WIDTHS, cell: "gru" },
  { ...WIDTHS, cell: "gru", bridge: "tanh", context: "every-step" },
);

export const bahdanau2015 = translation(
  "the same pairs: GRUs in both directions, additive attention (Bahdanau et al. 2015)",
  { ...WIDTHS, cell: "gru", bidirectional: true },
  { ...WIDTHS, cell: "gru", bridge: "tanh", attention: "additive" },
);

export const luong2015 = translation(
  "the same pairs: LSTMs, general attention, input feeding (Luong et al. 2015)",
  { ...WIDTHS, layers: 2 },
  { ...WIDTHS, layers: 2, attention: "general", inputFeeding: true },
);
