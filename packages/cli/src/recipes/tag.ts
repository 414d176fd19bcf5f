import type { ConfigInput } from "@s2s/trainer";
import { Draws } from "./draws.ts";
import { generatedFiles, pair } from "./generated.ts";
import { configFile, type Recipe } from "./recipe.ts";

const SIZES = { train: 5000, valid: 500, test: 500 };

const CONFIG: ConfigInput = {
  task: "tag",
  data: { train: "train.tsv", valid: "valid.tsv" },
  source: { tokens: "word" },
  encoder: { embedding: 32, hidden: 32, bidirectional: true },
  training: { epochs: 6, batchSize: 32, learningRate: 0.005 },
};

/**
 * Words of one part of speech (tags of Universal Dependencies), and words that are a noun or a verb as the sentence has it: which of the two,
 * only what stands around them says.
 */
const WORDS = {
  DET: ["the", "a", "this", "every", "some"],
  PRON: ["she", "they", "we", "you", "he"],
  ADJ: ["new", "small", "green", "quiet", "broken", "heavy", "young", "bright"],
  ADV: ["slowly", "often", "never", "quietly", "again", "today"],
  ADP: ["on", "under", "near", "behind", "with", "from"],
  AUX: ["can", "will", "must", "may", "should"],
  CCONJ: ["and", "or", "but"],
  NOUN: ["teacher", "river", "window", "machine", "garden", "child", "letter", "train"],
  VERB: ["see", "carry", "follow", "find", "build", "remember", "lose", "forget"],
} as const;
const EITHER = ["watch", "plant", "can", "fish", "light", "water", "play", "walk", "hand", "book"];

type Tag = keyof typeof WORDS;
type Tagged = readonly (readonly [word: string, tag: Tag])[];

export const tag: Recipe = {
  description: 'sentences to parts of speech: "we can water the plant" to "PRON AUX VERB DET NOUN"',
  make: ({ seed }) => [
    ...generatedFiles(SIZES, (index) => {
      const sentence = drawSentence(new Draws(seed, "tag", index));
      return pair(sentence.map(([word]) => word).join(" "), sentence.map(([, tag]) => tag).join(" "));
    }),
    configFile(CONFIG),
  ],
};

function drawSentence(draws: Draws): Tagged {
  const clause = drawClause(draws);
  return draws.chance(0.3) ? [...clause, word(draws, "CCONJ"), ...drawClause(draws)] : clause;
}

function drawClause(draws: Draws): Tagged {
  const subject = draws.chance(0.5) ? [word(draws, "PRON")] : nounPhrase(draws);
  const adverb = (): Tagged => (draws.chance(0.25) ? [word(draws, "ADV")] : []);
  const auxiliary = draws.chance(0.5) ? [word(draws, "AUX")] : [];
  const place = draws.chance(0.4) ? [word(draws, "ADP"), ...nounPhrase(draws)] : [];
  return [...subject, ...adverb(), ...auxiliary, word(draws, "VERB"), ...nounPhrase(draws), ...place, ...adverb()];
}

function nounPhrase(draws: Draws): Tagged {
  const adjective = draws.chance(0.4) ? [word(draws, "ADJ")] : [];
  return [word(draws, "DET"), ...adjective, word(draws, "NOUN")];
}

/** A word of a part of speech; half of the nouns and verbs could be either. */
function word(draws: Draws, tag: Tag): readonly [string, Tag] {
  const either = (tag === "NOUN" || tag === "VERB") && draws.chance(0.5);
  return [draws.pick(either ? EITHER : WORDS[tag]), tag];
}
