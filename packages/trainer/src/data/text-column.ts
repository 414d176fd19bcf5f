import { createTokenizer, Vocabulary } from "@s2s/runtime";
import type { Tokenizer } from "@s2s/runtime";
import type { Config } from "../config.ts";
import { Sequences } from "./sequences.ts";
import { TokenTable } from "./token-counts.ts";

type Side = Pick<Config["source"], "tokens" | "vocabulary" | "minFrequency" | "maxLength">;

/** Texts of one side on their way to ids. The vocabulary comes from those examples alone that are trained on, so ids are final after `finish`. */
export class TextColumn {
  readonly sequences = new Sequences();
  readonly tokenizer: Tokenizer;
  readonly #side: Side;
  readonly #table = new TokenTable();

  constructor(side: Side) {
    this.#side = side;
    this.tokenizer = createTokenizer(side.tokens);
  }

  /** Takes a text as the next sequence, unless it is longer than the side may be. */
  push(text: string): boolean {
    const ids = this.#table.encode(this.tokenizer.tokenize(text));
    if (ids.length > (this.#side.maxLength ?? Number.POSITIVE_INFINITY)) return false;
    this.sequences.push(ids);
    return true;
  }

  /** Builds the vocabulary from the sequences at `train`, and gives all sequences its ids. */
  finish(train: Uint32Array): Vocabulary {
    const { vocabulary: size, minFrequency } = this.#side;
    const vocabulary = Vocabulary.build(this.#table.count([this.sequences], train), { size, minFrequency });
    this.sequences.relabel(vocabulary.encode(this.#table.tokens()));
    return vocabulary;
  }
}
