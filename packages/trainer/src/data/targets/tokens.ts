import { END_ID, given, START_ID, targetIds, UserError } from "@s2s/runtime";
import type { Bundle, Tokenizer } from "@s2s/runtime";
import type { Config } from "../../config.ts";
import { encodedWidth, tokensOutput } from "../../model-config.ts";
import { lengthLimit } from "../../tasks/lengths.ts";
import { roundUp } from "../examples.ts";
import { padRows } from "../pad.ts";
import { Sequences } from "../sequences.ts";
import { TextColumn } from "../text-column.ts";
import type { TargetReader, Targets } from "./target.ts";

/** Texts that are written token by token. */
class TokenTargets implements Targets {
  readonly #sequences: Sequences;

  constructor(sequences: Sequences) {
    this.#sequences = sequences;
  }
  get count(): number {
    return this.#sequences.count;
  }
  lengthOf(index: number): number {
    return this.units(index);
  }
  units(index: number): number {
    return this.#sequences.lengthOf(index) + 1;
  }
  tensors(indices: Uint32Array, bucket: number): ReturnType<Targets["tensors"]> {
    const rows = Array.from(indices, (index) => this.#sequences.get(index));
    const longest = roundUp(
      rows.reduce((most, { length }) => Math.max(most, length + 1), 0),
      bucket,
    );
    return {
      target_input: padRows(
        rows.map((ids) => [START_ID, ...ids]),
        longest,
      ),
      target_output: padRows(
        rows.map((ids) => Array.from(ids).concat(END_ID)),
        longest,
      ),
    };
  }
}

const longestOf = (sequences: Sequences): number => {
  let longest = 0;
  for (let i = 0; i < sequences.count; i++) longest = Math.max(longest, sequences.lengthOf(i) + 1);
  return longest;
};

/** Texts whose tokens are learned. */
export function learnTokens(config: Config): TargetReader {
  const column = new TextColumn(config.target);
  const { reverseTarget: reversed } = config.decoder;
  return {
    accepts: (target) => column.accepts(target),
    push: (target) => void column.push(target),
    finish(train) {
      const tokenizer = column.finish(train);
      const { sequences } = column;
      if (reversed) sequences.reverse();
      return {
        targets: new TokenTargets(sequences),
        output({ encoder, input }) {
          // Only the file says how wide vectors are.
          if (input.kind === "vector" && config.decoder.bridge === "copy" && input.width !== config.decoder.hidden)
            throw new UserError(
              `decoder.bridge copy needs states of one width, but a source has ${input.width} numbers and decoder.hidden is ${config.decoder.hidden}: take linear`,
            );
          return tokensOutput(config, tokenizer.size, encoder === null ? 0 : encodedWidth(config));
        },
        side: { tokenizer, maxLength: lengthLimit(longestOf(sequences)), reversed },
        files: {},
        fits: (index) => column.fits(index),
        again: () => knownTokens(tokenizer, reversed),
      };
    },
  };
}

/** Texts in tokens that exist. */
function knownTokens(tokenizer: Tokenizer, reversed: boolean | undefined): TargetReader {
  const sequences = new Sequences();
  const output = (): never => {
    throw new Error("the output is known from the model");
  };
  return {
    accepts: () => true,
    push: (target) => sequences.push(targetIds(tokenizer, target, reversed)),
    finish: () => ({ targets: new TokenTargets(sequences), output, files: {}, again: () => knownTokens(tokenizer, reversed) }),
  };
}

/** Texts in the tokens of a bundle. */
export const bundleTokens = ({ target, manifest }: Bundle): TargetReader =>
  knownTokens(given(target, "target tokens"), manifest.target?.reversed);
