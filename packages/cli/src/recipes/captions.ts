import { UserError } from "@s2s/runtime";
import type { ConfigInput, TextPair } from "@s2s/trainer";
import { allPairs, dataBytes, dataFiles } from "./data-files.ts";
import { grouped, shuffled } from "./draws.ts";
import { configFile, linesFile, type Recipe, type RecipeFile } from "./recipe.ts";
import { readTarGz } from "./tar.ts";

/** One bucket for captions of all lengths: batches of one length would tell it through batch normalisation, which no single image does. */
const CONFIG: ConfigInput = {
  task: "caption",
  data: { train: "train.tsv", valid: "valid.tsv", images: "images" },
  source: { kind: "image", width: 32, height: 32, channels: 3 },
  target: { tokens: "word" },
  encoder: { filters: "32,64,128", kernel: 3, normalization: "batch", features: 256 },
  decoder: { embedding: 128, hidden: 256, context: "every-step" },
  training: { epochs: 40, batchSize: 32, learningRate: 0.001, dropout: 0.2, schedule: "cosine", bucket: 16 },
};

/**
 * Emoji and their names. "tones" holds out skin-tone variants of emoji that are seen in other tones; "base" holds out whole emoji with all
 * their tones, of which mostly tone, gender and kind can be known.
 */
export const captions: Recipe = {
  description: "emoji pictures to their names; --split tones (unseen skin tones of known emoji) or base (unseen emoji)",
  data: "a folder with captions.tsv (file, tab, caption) and images-png32.tar.gz",
  splits: ["tones", "base"],
  make: async ({ data, split, seed }) => {
    const [list, archive] = await dataFiles(data, ["captions.tsv", "images-png32.tar.gz"]);
    const pairs = await allPairs(list);
    const pictures = readTarGz(await dataBytes(archive), archive);
    const images = pairs.map(({ source }): RecipeFile => {
      const content = pictures.get(source);
      if (content === undefined)
        throw new UserError(`${archive}: holds no ${source}, which ${list} names: name a folder where both belong together`);
      return { name: `images/${source}`, content };
    });
    const { train, valid, test } = split === "base" ? byEmoji(pairs, seed) : byTone(pairs, seed);
    const lines = (name: string, part: readonly TextPair[]): RecipeFile =>
      linesFile(
        `${name}.tsv`,
        part.map(({ source, target }) => `${source}\t${captionWords(target)}`),
      );
    return [lines("train", train), lines("valid", valid), lines("test", test), configFile(CONFIG), ...images];
  },
};

interface Parts {
  readonly train: readonly TextPair[];
  readonly valid: readonly TextPair[];
  readonly test: readonly TextPair[];
}

const TONES = /(?:: |, )(?:light|medium-light|medium|medium-dark|dark) skin tone/g;
const hasTone = ({ target }: TextPair): boolean => target.search(TONES) >= 0;

/** What an emoji is without its tones: "person: light skin tone, white hair" and "person: white hair" are one. */
const baseCaption = (caption: string): string => caption.replaceAll(TONES, "").replaceAll(/[:,]/g, "");

/** Of every emoji with tones one in ten variants is held out for the test and one in twenty for validation, and at least one variant is left. */
function byTone(pairs: readonly TextPair[], seed: number): Parts {
  const parts = { train: [] as TextPair[], valid: [] as TextPair[], test: [] as TextPair[] };
  const families = new Map(
    grouped(pairs, ({ target }) => baseCaption(target)).map((group) => [baseCaption(group[0]!.target), group.length]),
  );
  const left = new Map(families);
  for (const [i, pair] of shuffled(pairs.filter(hasTone), seed, "tones").entries()) {
    const base = baseCaption(pair.target);
    const spare = left.get(base)! > 1;
    const part = spare && i % 20 < 2 ? "test" : spare && i % 20 === 2 ? "valid" : "train";
    if (part !== "train") left.set(base, left.get(base)! - 1);
    parts[part].push(pair);
  }
  parts.train.push(...pairs.filter((pair) => !hasTone(pair)));
  return parts;
}

/** One emoji in ten is for the test and one in ten for validation. */
function byEmoji(pairs: readonly TextPair[], seed: number): Parts {
  const groups = shuffled(
    grouped(pairs, ({ target }) => baseCaption(target)),
    seed,
    "emoji",
  );
  const tenth = Math.floor(groups.length / 10);
  return { test: groups.slice(0, tenth).flat(), valid: groups.slice(tenth, 2 * tenth).flat(), train: groups.slice(2 * tenth).flat() };
}

/** Colons and commas as tokens of their own. */
const captionWords = (caption: string): string => caption.replaceAll(/[:,]/g, " $&");
