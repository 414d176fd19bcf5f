import { cutterOf } from "@s2s/runtime";
import type { Cutter, Tokenizer } from "@s2s/runtime";
import type { Config } from "../config.ts";
import { Sequences } from "./sequences.ts";
import { keepShort } from "./split.ts";
import type { Split } from "./split.ts";
import { StretchTable } from "./token-counts.ts";

type Side = Pick<Config["source"], "tokens" | "vocabulary" | "minFrequency" | "maxLength">;

/** Texts of one side on their way to ids. The tokens come from those examples alone that are trained on, so ids are final after `finish`. */
export class TextColumn {
  readonly sequences = new Sequences();
  readonly cutter: Cutter;
  readonly #side: Side;
  readonly #table: StretchTable;

  constructor(side: Side) {
    this.#side = side;
    this.cutter = cutterOf(side.tokens);
    this.#table = new StretchTable(side.tokens);
  }

  /** Whether a text is no longer than the side may be. */
  accepts(text: string): boolean {
    return this.cutter.tokenize(text).length <= this.#longest;
  }

  /** Takes a text as the next sequence, unless it is longer than the side may be. */
  push(text: string): boolean {
    const ids = this.#table.encode(text);
    if (ids.length > this.#longest) return false;
    this.sequences.push(ids);
    return true;
  }

  /** Learns the tokens from the sequences at `train`, and gives all sequences their ids. */
  finish(train: Uint32Array): Tokenizer {
    const { vocabulary: size, minFrequency } = this.#side;
    return this.#table.learn([this.sequences], train, { size, minFrequency });
  }

  /** Whether a sequence is short enough after `finish`: pieces are more than the stretches that `push` counts. */
  fits(example: number): boolean {
    return this.sequences.lengthOf(example) <= this.#longest;
  }

  /** What of a split is short enough after `finish`. */
  keepShort(split: Split): ReturnType<typeof keepShort> {
    return keepShort(split, (example) => this.fits(example));
  }

  get #longest(): number {
    return this.#side.maxLength ?? Number.POSITIVE_INFINITY;
  }
}
