import type { Bundle } from "../bundle.ts";
import { UserError } from "../errors.ts";
import { given } from "../given.ts";
import type { Hypothesis } from "../search/hypothesis.ts";
import { targetIds } from "../target-order.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { END_ID, SPECIAL_TOKENS, UNKNOWN_ID } from "../vocabulary.ts";
import { attended } from "./attended.ts";
import { Pieces } from "./pieces.ts";
import type { Generation, Refusal, Score } from "./service.ts";

/** NFC sorts marks that follow each other, which takes the square of their number: minutes for a megabyte. Unicode's stream-safe form has 30. */
const MANY_MARKS = /\p{M}{100}/u;
const TOO_MANY_MARKS = "has 100 or more combining marks in a row, which no writing has; leave some out";

interface GenerationForm {
  readonly nBest: number;
  readonly source: readonly string[] | undefined;
  readonly attention: boolean;
}

/** Between the texts that a caller knows and the ids that the graphs know. */
export class Texts {
  readonly #manifest: Bundle["manifest"];
  readonly #bundle: Bundle;

  constructor(bundle: Bundle) {
    this.#manifest = bundle.manifest;
    this.#bundle = bundle;
  }

  /** Ids that end with `</s>`; nothing of a text without a token. */
  encodeSource(text: unknown): number[] | Refusal | undefined {
    if (typeof text !== "string") throw new UserError(`a source must be a text, not ${typeof text}`);
    if (hasManyMarks(this.#source, text)) return { error: `the text ${TOO_MANY_MARKS}` };
    const ids = this.#source.encode(text);
    const most = this.#manifest.maxSourceLength - 1;
    if (ids.length > most) return { error: tooLong(text, ids.length, most) };
    return ids.length === 0 ? undefined : [...ids, END_ID];
  }

  /** The tokens of a source as they are written, known or not. */
  sourceTokens(text: string): string[] {
    return this.#source.tokenize(text);
  }

  /** What a language model's answer begins with, without `</s>`; it may be empty. */
  encodePrompt(text: unknown): readonly number[] | Refusal {
    if (typeof text !== "string") throw new UserError(`a prompt must be a text, not ${typeof text}`);
    try {
      const ids = this.encodePrefix(text, "the prompt");
      const most = this.#manifest.maxTargetLength;
      return ids.length > most ? { error: tooLong(text, ids.length, most) } : ids;
    } catch (error) {
      if (error instanceof UserError) return { error: error.message };
      throw error;
    }
  }

  /** Ids without `</s>`, in the order in which the model writes them. */
  encodeTarget(text: string, what: string): readonly number[] {
    if (typeof text !== "string") throw new UserError(`${what} must be a text, not ${typeof text}`);
    if (hasManyMarks(this.#target, text)) throw new UserError(`${what} ${TOO_MANY_MARKS}`);
    return targetIds(this.#target, text, this.#reversed);
  }

  /** As `encodeTarget`. @throws UserError also for tokens that the vocabulary lacks: an answer that begins with `<unk>` is not what was asked for */
  encodePrefix(text: string, what = "prefix"): readonly number[] {
    if (this.#reversed && text !== "") throw new UserError(`${what}: this model writes from the end; leave it out`);
    const ids = this.encodeTarget(text, what);
    const unknown = this.#target.unknown(text);
    if (unknown.length === 0) return ids;
    throw new UserError(`${what} holds ${JSON.stringify(unknown.slice(0, 9)).slice(1, -1)}, not in the model's vocabulary`);
  }

  /**
   * @param hypotheses best first
   * @param form.source its tokens, where they stand for what is unknown in the answer; the hypotheses then have attention
   * @param form.attention whether it is given out
   */
  generation(hypotheses: readonly Hypothesis[], { nBest, ...form }: GenerationForm): Generation | Refusal {
    const [best, ...others] = hypotheses.map((hypothesis) => this.#generation(hypothesis, form));
    if (best === undefined) return { error: "no answer satisfies all options; relax minLength, noRepeatNgram or prefix" };
    return nBest > 1 ? { ...best, nBest: [best, ...others] } : best;
  }

  /** The answer to a text without a token. */
  empty(nBest: number): Generation {
    const empty: Generation = { text: "", score: 0, penalizedScore: 0, tokens: [], truncated: false };
    return nBest > 1 ? { ...empty, nBest: [empty] } : empty;
  }

  /** @param logProbabilities of each token of the target, and of its end */
  score(target: readonly number[], logProbabilities: readonly number[]): Score {
    const names = [...this.#target.vocabulary.decode(target), SPECIAL_TOKENS[END_ID] as string];
    const score = logProbabilities.reduce((sum, value) => sum + value, 0);
    const tokens = names.map((token, i) => ({ token, logProbability: logProbabilities[i] as number }));
    return { score, tokens: this.#inOrder(tokens, target.length) };
  }

  /** Nothing where an answer is written from its end: it can be given out as a whole alone. */
  pieces(): Pieces | undefined {
    return this.#reversed ? undefined : new Pieces(this.#target);
  }

  get #reversed(): boolean | undefined {
    return this.#manifest.target?.reversed;
  }

  /** Something for each token of an answer, and perhaps for its end: in the order of the text. */
  #inOrder<T>(items: readonly T[], count = items.length): readonly T[] {
    return this.#reversed ? [...items.slice(0, count).toReversed(), ...items.slice(count)] : items;
  }

  get #source(): Tokenizer {
    return given(this.#bundle.source, "source tokens");
  }

  get #target(): Tokenizer {
    return given(this.#bundle.target, "target tokens");
  }

  #generation({ ids, attention, ...figures }: Hypothesis, form: Omit<GenerationForm, "nBest">): Generation {
    const { source } = form;
    const known = this.#target.vocabulary.decode(ids);
    const written = source ? known.map((token, i) => (ids[i] === UNKNOWN_ID ? attended(attention?.[i], source) : token)) : known;
    const tokens = this.#inOrder(written);
    const generation = { text: this.#target.detokenize(tokens), tokens, ...figures };
    return attention === undefined || !form.attention
      ? generation
      : { ...generation, attention: this.#inOrder(attention, ids.length).map((row) => Array.from(row)) };
  }
}

const hasManyMarks = ({ normalizes }: Tokenizer, text: string): boolean => normalizes && MANY_MARKS.test(text);

function tooLong(text: string, length: number, most: number): string {
  const start = Array.from(text.slice(0, 60)).slice(0, 30).join("");
  const quoted = JSON.stringify(start.length < text.length ? `${start}...` : text);
  return `the text has ${length} tokens and this model reads at most ${most}: ${quoted}; shorten or split it`;
}
