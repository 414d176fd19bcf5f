import { hash32 } from "../data/random.ts";

/** Lengths of made-up texts, in tokens. */
export interface TextLengths {
  readonly least: number;
  readonly most: number;
}

/**
 * Texts of random tokens. A model that learns new pairs alone forgets the old ones (McCloskey & Cohen 1989); answers of its own to such texts, learned
 * along with the new pairs, hold it where it was: pseudo-rehearsal (Robins 1995), which needs none of the data that it was trained on.
 */
export function madeUpTexts(
  tokens: readonly string[],
  detokenize: (tokens: readonly string[]) => string,
  count: number,
  { least, most }: TextLengths,
  seed: number,
): string[] {
  const draw = (text: number, place: number, below: number): number => hash32(seed, "made-up text", text, place) % below;
  return Array.from({ length: tokens.length === 0 ? 0 : count }, (_, text) => {
    const length = least + draw(text, 0, most - least + 1);
    return detokenize(Array.from({ length }, (_, place) => tokens[draw(text, place + 1, tokens.length)] as string));
  });
}

/** New pairs as often as it takes to be no fewer than those that hold the model where it was. */
export function balance<T>(news: readonly T[], old: readonly T[]): T[] {
  const times = Math.max(1, Math.ceil(old.length / news.length));
  return [...old, ...Array.from({ length: times }, () => news).flat()];
}
