import type { ConfigInput } from "@s2s/trainer";
import { Draws } from "./draws.ts";
import { generatedFiles } from "./generated.ts";
import { configFile, type Recipe } from "./recipe.ts";

const SIZES = { train: 8000, valid: 500, test: 500 };

const CONFIG: ConfigInput = {
  task: "generate",
  data: { train: "train.txt", valid: "valid.txt" },
  target: { tokens: "char" },
  decoder: { embedding: 32, hidden: 128 },
  training: { epochs: 10, batchSize: 32, learningRate: 0.003 },
};

/** Sentences of a small grammar in which verbs agree with subjects across what stands between them. */
export const generate: Recipe = {
  description: 'sentences to write more of: "the cats near the old tree watch a bird ."',
  make: ({ seed }) => [
    ...generatedFiles(
      SIZES,
      (index) => {
        const text = drawSentence(new Draws(seed, "generate", index));
        return { key: text, line: text };
      },
      "txt",
    ),
    configFile(CONFIG),
  ],
};

const NOUNS = ["cat", "dog", "bird", "sailor", "doctor", "child", "farmer", "king", "spider", "robot"];
const PLURALS = ["cats", "dogs", "birds", "sailors", "doctors", "children", "farmers", "kings", "spiders", "robots"];
const PLACES = ["tree", "river", "house", "bridge", "road", "garden", "tower"];
const ADJECTIVES = ["old", "tall", "green", "quiet", "strange", "little"];
const PREPOSITIONS = ["near", "behind", "under", "beside"];
const TRANSITIVE = ["watch", "follow", "help", "paint", "answer", "remember"];
const INTRANSITIVE = ["sleep", "sing", "wait", "dance", "work"];
const TIMES = ["every morning", "at night", "in spring", "on sundays"];

function drawSentence(draws: Draws): string {
  const plural = draws.chance(0.5);
  const verb = (list: readonly string[]): string => thirdPerson(draws.pick(list), plural);
  const predicate = draws.chance(0.6) ? `${verb(TRANSITIVE)} ${nounPhrase(draws, draws.chance(0.5))}` : verb(INTRANSITIVE);
  const time = draws.chance(0.3) ? ` ${draws.pick(TIMES)}` : "";
  return `${nounPhrase(draws, plural)} ${predicate}${time} .`;
}

function nounPhrase(draws: Draws, plural: boolean): string {
  const article = draws.pick(plural ? ["the", "two", "many"] : ["the", "a", "every"]);
  // "a old" is no English.
  const adjective = draws.chance(0.4) ? `${draws.pick(article === "a" ? ADJECTIVES.slice(1) : ADJECTIVES)} ` : "";
  const place = draws.chance(0.3) ? ` ${draws.pick(PREPOSITIONS)} the ${draws.pick(PLACES)}` : "";
  return `${article} ${adjective}${draws.pick(plural ? PLURALS : NOUNS)}${place}`;
}

const thirdPerson = (verb: string, plural: boolean): string => (plural ? verb : /(ch|sh|s|x)$/.test(verb) ? `${verb}es` : `${verb}s`);
