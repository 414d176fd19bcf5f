import { targetIds, type Tokenizer, UserError } from "@s2s/runtime/parts";
import type { Manifest } from "@s2s/runtime/manifest";
import { PairStore } from "../data/pairs.ts";

/** A text and what it should become. */
export type Example = readonly [source: string, target: string];

/** What a model can make of a pair. */
export interface PairReport {
  /** Tokens that it has never seen and reads as `<unk>`, each once. */
  readonly unknownSource: readonly string[];
  /** Tokens that it cannot write, each once. */
  readonly unknownTarget: readonly string[];
  /** Why it cannot learn from the pair; undefined where it can. */
  readonly problem: string | undefined;
}

interface Side {
  readonly ids: readonly number[];
  readonly unknown: readonly string[];
}

/** Turns pairs of texts into ids with a bundle's own tokenisers. */
export class PairEncoder {
  readonly #source: Tokenizer;
  readonly #target: Tokenizer;
  readonly #manifest: Manifest;

  constructor(manifest: Manifest, source: Tokenizer, target: Tokenizer) {
    this.#manifest = manifest;
    this.#source = source;
    this.#target = target;
  }

  /** What the model can make of a pair. */
  describe(example: Example): PairReport {
    requireExample(example, "the pair");
    const [source, target] = example;
    return this.#report(this.#sourceSide(source), this.#targetSide(target));
  }

  /** @throws UserError naming the first pair that cannot be learned from */
  encode(examples: readonly Example[]): PairStore {
    if (!Array.isArray(examples)) throw new UserError("pairs are given as [[source, target], ...]");
    if (examples.length === 0) throw new UserError("there is no pair to learn from; give at least one");
    const pairs = new PairStore();
    for (const [i, example] of (examples as readonly Example[]).entries()) {
      requireExample(example, `pair ${i + 1}`);
      const [sourceText, targetText] = example;
      const source = this.#sourceSide(sourceText);
      const target = this.#targetSide(targetText);
      const { problem } = this.#report(source, target);
      if (problem !== undefined) throw new UserError(`pair ${i + 1}: ${problem}`);
      pairs.push(source.ids, target.ids);
    }
    return pairs;
  }

  #sourceSide(text: string): Side {
    return { ids: this.#source.encode(text), unknown: this.#source.unknown(text) };
  }

  #targetSide(text: string): Side {
    return { ids: targetIds(this.#target, text, this.#manifest.target?.reversed), unknown: this.#target.unknown(text) };
  }

  #report(source: Side, target: Side): PairReport {
    const { maxSourceLength, maxTargetLength } = this.#manifest;
    const [longestSource, longestTarget] = [maxSourceLength - 1, maxTargetLength - 1];
    let problem: string | undefined;
    if (source.ids.length === 0) problem = "the source is empty; the model answers that with nothing anyway";
    else if (source.ids.length > longestSource)
      problem = `the source has ${source.ids.length} tokens; the model reads at most ${longestSource}`;
    else if (target.ids.length > longestTarget)
      problem = `the target has ${target.ids.length} tokens; the model writes at most ${longestTarget}`;
    else if (target.unknown.length > 0) problem = `the model cannot write ${quoted(target.unknown)}: not in its vocabulary`;
    return { unknownSource: source.unknown, unknownTarget: target.unknown, problem };
  }
}

/** @throws UserError for what is no pair of texts; a text alone could be taken apart as one */
function requireExample(example: unknown, what: string): void {
  if (Array.isArray(example) && example.length === 2 && example.every((text) => typeof text === "string")) return;
  throw new UserError(`${what} must be two texts, [source, target]`);
}

function quoted(tokens: readonly string[]): string {
  const shown = tokens.slice(0, 5).map((token) => JSON.stringify(token.slice(0, 20)));
  return tokens.length > shown.length ? `${shown.join(", ")} and ${tokens.length - shown.length} more` : shown.join(", ");
}
