import { UserError } from "@s2s/runtime";
import type { TextPair } from "@s2s/trainer";
import { allPairs, dataFile, pairLine } from "./data-files.ts";
import { grouped, shuffled } from "./draws.ts";
import type { Sizes } from "./generated.ts";
import { linesFile, type RecipeFile } from "./recipe.ts";

/** What `--data` names for all recipes of English and French sentences. */
export const TATOEBA = "eng-fra.tsv or its folder: English, tab, French, as manythings.org/anki gives it (fra.txt)";

/** The first pairs of the file, as they are. @throws UserError where there are fewer */
export async function firstPairs(data: string, count: number): Promise<TextPair[]> {
  const path = await dataFile(data, "eng-fra.tsv");
  const pairs = await allPairs(path);
  if (pairs.length < count) throw new UserError(`${path}: has ${pairs.length} pairs, but this recipe takes ${count}: name the whole file`);
  return pairs.slice(0, count);
}

/** All pairs with blanks for the no-break spaces that French has before ! ? : and ; */
export async function sentencePairs(data: string): Promise<TextPair[]> {
  const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f\u2009]/g, " ");
  const pairs = await allPairs(await dataFile(data, "eng-fra.tsv"));
  return pairs.map(({ source, target }) => ({ source: plain(source), target: plain(target) }));
}

/**
 * train.tsv, valid.tsv and test.tsv of random pairs in words, apart by English sentence: one that is tested is in no other file, whatever its
 * translations. Each file has at least its size in pairs, and at most one sentence's translations more.
 *
 * @throws UserError where the file has too few pairs
 */
export async function wordFiles(data: string, seed: number, sizes: Sizes): Promise<RecipeFile[]> {
  const groups = shuffled(
    grouped(await sentencePairs(data), ({ source }) => source),
    seed,
    "tatoeba",
  ).values();
  const take = (name: string, count: number): RecipeFile => {
    const lines: string[] = [];
    while (lines.length < count) {
      const { value, done } = groups.next();
      if (done) throw new UserError(`--data ${data}: has too few pairs for ${sizes.train} in training: name the whole file`);
      lines.push(...value.map(({ source, target }) => pairLine({ source: englishWords(source), target: frenchWords(target) })));
    }
    return linesFile(`${name}.tsv`, lines);
  };
  const [test, valid, train] = [take("test", sizes.test), take("valid", sizes.valid), take("train", sizes.train)];
  return [train, valid, test];
}

/** Punctuation as tokens of its own; points, commas and colons within numbers stay. */
function englishWords(text: string): string {
  const apart = text.replaceAll("\u2019", "'").replaceAll(/[!?;«»"()%€$…]|(?<!\d)[.,:]|[.,:](?!\d)/gu, " $& ");
  return apart.split(/\s+/u).filter(Boolean).join(" ");
}

/** Likewise, and elided words are words: "l'homme" is "l' homme". */
function frenchWords(text: string): string {
  return englishWords(text).replaceAll(/'(?=\p{L})/gu, "' ");
}
