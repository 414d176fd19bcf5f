import { cutText } from "@s2s/runtime";
import type { Tokenizer, TokenUnit } from "@s2s/runtime";
import { learnTokenizer } from "../tokenizers/learn.ts";
import type { LearnOptions } from "../tokenizers/learn.ts";
import type { Sequences } from "./sequences.ts";

/** Gives the stretches of texts (`cutText`) provisional ids in the order of their first use, until a tokeniser can be learned from their counts. */
export class StretchTable {
  readonly #unit: TokenUnit;
  readonly #ids = new Map<string, number>();

  constructor(unit: TokenUnit) {
    this.#unit = unit;
  }

  encode(text: string): number[] {
    return cutText(this.#unit, text).map((stretch) => {
      let id = this.#ids.get(stretch);
      if (id === undefined) {
        id = this.#ids.size;
        this.#ids.set(stretch, id);
      }
      return id;
    });
  }

  /** Learns from the sequences at `train` of one side, or of both, and gives all their sequences the tokeniser's ids. @throws UserError as `learnTokenizer` */
  learn(sides: readonly Sequences[], train: Uint32Array, options: LearnOptions): Tokenizer {
    const tokenizer = learnTokenizer(this.#unit, this.#count(sides, train), options);
    const ids = Array.from(this.#ids.keys(), (stretch) => tokenizer.encodeStretch(stretch));
    for (const sequences of sides) sequences.replace(ids);
    return tokenizer;
  }

  /** How often each stretch occurs; those that do not are left out. */
  #count(sides: readonly Sequences[], train: Uint32Array): Map<string, number> {
    const counts = new Float64Array(this.#ids.size);
    for (const sequences of sides) for (const index of train) for (const id of sequences.get(index)) counts[id]! += 1;
    return new Map([...this.#ids].map(([stretch, id]): [string, number] => [stretch, counts[id]!]).filter(([, count]) => count > 0));
  }
}
