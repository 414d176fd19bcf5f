import { END_ID, given } from "@s2s/runtime";
import type { Bundle, Tokenizer } from "@s2s/runtime";
import type { Config } from "../../config.ts";
import { encoderOf } from "../../model-config.ts";
import { lengthLimit } from "../../tasks/lengths.ts";
import { sourceTensors } from "../pad.ts";
import { Sequences } from "../sequences.ts";
import { TextColumn } from "../text-column.ts";
import type { ReadSources, SourceReader, Sources } from "./source.ts";

class TextSources implements Sources {
  readonly #sequences: Sequences;

  constructor(sequences: Sequences) {
    this.#sequences = sequences;
  }
  get count(): number {
    return this.#sequences.count;
  }
  lengthOf(index: number): number {
    return this.#sequences.lengthOf(index) + 1;
  }
  tensors(indices: Uint32Array, bucket: number): ReturnType<typeof sourceTensors> {
    return sourceTensors(this.#sequences, indices, bucket);
  }
  sourceOf(index: number): number[] {
    return [...this.#sequences.get(index), END_ID];
  }
}

const longestOf = (sequences: Sequences): number => {
  let longest = 0;
  for (let i = 0; i < sequences.count; i++) longest = Math.max(longest, sequences.lengthOf(i) + 1);
  return longest;
};

/** Texts whose tokens are learned. */
export function learnTexts(config: Config): SourceReader {
  const column = new TextColumn(config.source);
  return {
    push: async (source) => column.push(source as string),
    cutter: column.cutter,
    finish(train): ReadSources {
      const tokenizer = column.finish(train);
      const { sequences } = column;
      const maxLength = lengthLimit(longestOf(sequences));
      const input = { kind: "tokens", vocabulary: tokenizer.size, embedding: config.encoder.embedding } as const;
      const known = { tokenizer, input, encoder: encoderOf(config), maxLength };
      return {
        ...known,
        sources: new TextSources(sequences),
        side: { tokenizer, maxLength },
        fits: (index) => column.fits(index),
        again: () => knownTexts(known),
      };
    },
  };
}

interface KnownTexts extends Pick<ReadSources, "input" | "encoder" | "maxLength"> {
  readonly tokenizer: Tokenizer;
}

/** Texts in tokens that exist. */
function knownTexts(known: KnownTexts): SourceReader {
  const { tokenizer, ...model } = known;
  const sequences = new Sequences();
  return {
    async push(text) {
      sequences.push(tokenizer.encode(text as string));
      return true;
    },
    cutter: tokenizer,
    finish: () => ({ ...model, sources: new TextSources(sequences), again: () => knownTexts(known) }),
  };
}

/** Texts in the tokens of a bundle. */
export function bundleTexts({ manifest: { model, maxSourceLength: maxLength }, source }: Bundle): SourceReader {
  return knownTexts({ tokenizer: given(source, "source tokens"), input: model.input, encoder: model.encoder, maxLength });
}
