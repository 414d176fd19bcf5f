import type { ConfigInput, TextPair } from "@s2s/trainer";
import { wrapped } from "./courtesies.ts";
import { allPairs, dataFile } from "./data-files.ts";
import { Draws, grouped, shuffled } from "./draws.ts";
import type { Part } from "./generated.ts";
import { configFile, linesFile, type Recipe } from "./recipe.ts";

/** Ways to put an utterance in each file. */
const VARIANTS: Readonly<Record<Part, number>> = { train: 12, valid: 1, test: 2 };

const CONFIG: ConfigInput = {
  data: { train: "train.tsv", valid: "valid.tsv" },
  source: { tokens: "char" },
  target: { tokens: "word" },
  encoder: { embedding: 64, cell: "gru", hidden: 192, bidirectional: true },
  decoder: { embedding: 128, cell: "gru", hidden: 256, attention: "general" },
  training: { epochs: 20, batchSize: 64, learningRate: 0.001, dropout: 0.3 },
};

/**
 * Small talk and short questions to a reply. The corpus is far too small for replies to unseen questions, so "asked" (the default) holds out
 * other ways to put known ones: between courtesies that are mostly longer than the utterance, in a hurry, with slips of the keyboard. What is
 * nearest by its letters has the same courtesies, so a model has to learn what matters. "unseen" holds out utterances, to show how little can
 * be expected.
 */
export const chatbot: Recipe = {
  description: "utterances to replies, from ChatterBot's corpus; --split asked (known utterances, put otherwise) or unseen",
  data: "pairs.tsv or its folder: utterance, tab, reply",
  splits: ["asked", "unseen"],
  make: async ({ data, split, seed }) => {
    const pairs = firstReplies(await allPairs(await dataFile(data, "pairs.tsv")));
    const seen = new Set(pairs.map(({ source }) => source));
    const asked = shuffled(pairs, seed, "chatbot").map((pair, index) => askedPair(pair, new Draws(seed, "chatbot asking", index), seen));
    const tenth = Math.floor(asked.length / 10);
    const parts =
      split === "unseen" ? { test: asked.slice(0, tenth), valid: asked.slice(tenth, 2 * tenth), train: asked.slice(2 * tenth) } : undefined;
    const file = (name: Part) =>
      linesFile(
        `${name}.tsv`,
        (parts?.[name] ?? asked).flatMap((each) => each[name]),
      );
    return [file("train"), file("valid"), file("test"), configFile(CONFIG)];
  },
};

/** One reply for each utterance, the first: several right ones cannot be told apart by what was asked. */
function firstReplies(pairs: readonly TextPair[]): TextPair[] {
  return grouped(pairs, ({ source }) => source.toLowerCase()).map((group) => group[0]!);
}

/** The utterance as it stands (in training alone) and as it is asked, as lines; no text is in two files. */
function askedPair({ source, target }: TextPair, draws: Draws, seen: Set<string>): Record<Part, string[]> {
  const reply = replyWords(target);
  const take = (count: number): string[] => {
    const texts = Array.from({ length: count }, () => typedAnew(wrapped(source, draws), draws)).filter((text) => !seen.has(text));
    for (const text of texts) seen.add(text);
    return texts.map((text) => `${text}\t${reply}`);
  };
  const [test, valid, train] = [take(VARIANTS.test), take(VARIANTS.valid), take(VARIANTS.train)];
  return { test, valid, train: [`${source}\t${reply}`, ...train] };
}

/** The text as somebody in a hurry types it: small letters, no punctuation, slips of the keyboard in about one letter of fifteen. */
function typedAnew(text: string, draws: Draws): string {
  const small = draws.chance(0.6) ? text.toLowerCase() : text;
  const bare = draws.chance(0.5) ? small.replaceAll(/[.,!?;:]+/g, "") : small;
  const letters = Array.from(bare);
  const typed = letters.flatMap((letter, i) => {
    if (!draws.chance(1 / 15) || !/\p{L}/u.test(letter)) return [letter];
    const slip = draws.whole(0, 3);
    if (slip === 0) return [];
    if (slip === 1) return [letter, letter];
    if (slip === 2) return [letter, letters[i + 1] === " " ? "" : draws.pick(["e", "a", "s", "r", "n"])];
    return [draws.pick(["e", "a", "i", "o", "t", "n"])];
  });
  return typed.join("").trim() || text;
}

const replyWords = (text: string): string =>
  text
    .replaceAll(/[!?;"()…]|(?<!\d)[.,:]|[.,:](?!\d)/gu, " $& ")
    .split(/\s+/u)
    .filter(Boolean)
    .join(" ");
