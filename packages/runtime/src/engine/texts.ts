import type { Bundle } from "../bundle.ts";
import { UserError } from "../errors.ts";
import { given } from "../given.ts";
import type { Hypothesis } from "../search/hypothesis.ts";
import type { TargetScore } from "../search/score.ts";
import { createTokenizer, type Tokenizer } from "../tokenizer.ts";
import { END_ID, SPECIAL_TOKENS, UNKNOWN_ID, type Vocabulary } from "../vocabulary.ts";
import { Pieces } from "./pieces.ts";
import type { Generation, Refusal, Score } from "./service.ts";

/** NFC sorts marks that follow each other, which takes the square of their number: minutes for a megabyte. Unicode's stream-safe form has 30. */
const MANY_MARKS = /\p{M}{100}/u;
const TOO_MANY_MARKS = "has 100 or more combining marks in a row, which no writing has; leave some out";

/** Between the texts that a caller knows and the ids that the graphs know. */
export class Texts {
  readonly #manifest: Bundle["manifest"];
  readonly #sourceVocabulary: Vocabulary;
  readonly #targetVocabulary: Vocabulary;
  readonly #source: Tokenizer;
  readonly #target: Tokenizer;

  constructor(bundle: Bundle) {
    const { manifest } = bundle;
    this.#manifest = manifest;
    this.#sourceVocabulary = given(bundle.source, "source tokens");
    this.#targetVocabulary = given(bundle.target, "target tokens");
    this.#source = createTokenizer(given(manifest.source, "source tokens").tokens);
    this.#target = createTokenizer(given(manifest.target, "target tokens").tokens);
  }

  /** Ids that end with `</s>`; nothing of a text without a token. */
  encodeSource(text: string): number[] | Refusal | undefined {
    if (typeof text !== "string") throw new UserError(`a source must be a text, not ${typeof text}`);
    if (MANY_MARKS.test(text)) return { error: `the text ${TOO_MANY_MARKS}` };
    const tokens = this.#source.tokenize(text);
    const most = this.#manifest.maxSourceLength - 1;
    if (tokens.length > most) return { error: tooLong(text, tokens.length, most) };
    return tokens.length === 0 ? undefined : [...this.#sourceVocabulary.encode(tokens), END_ID];
  }

  /** Ids without `</s>`. */
  encodeTarget(text: string, what: string): number[] {
    if (typeof text !== "string") throw new UserError(`${what} must be a text, not ${typeof text}`);
    if (MANY_MARKS.test(text)) throw new UserError(`${what} ${TOO_MANY_MARKS}`);
    return this.#targetVocabulary.encode(this.#target.tokenize(text));
  }

  /** As `encodeTarget`. @throws UserError also for tokens that the vocabulary lacks: an answer that begins with `<unk>` is not what was asked for */
  encodePrefix(text: string): number[] {
    const ids = this.encodeTarget(text, "prefix");
    const unknown = [...new Set(this.#target.tokenize(text).filter((_, i) => ids[i] === UNKNOWN_ID))];
    if (unknown.length === 0) return ids;
    throw new UserError(`prefix holds ${JSON.stringify(unknown.slice(0, 9)).slice(1, -1)}, not in the model's vocabulary`);
  }

  /** @param hypotheses best first */
  generation(hypotheses: readonly Hypothesis[], nBest: number): Generation | Refusal {
    const [best, ...others] = hypotheses.map((hypothesis) => this.#generation(hypothesis));
    if (best === undefined) return { error: "no answer satisfies all options; relax minLength, noRepeatNgram or prefix" };
    return nBest > 1 ? { ...best, nBest: [best, ...others] } : best;
  }

  /** The answer to a text without a token. */
  empty(nBest: number): Generation {
    const empty: Generation = { text: "", score: 0, penalizedScore: 0, tokens: [], truncated: false };
    return nBest > 1 ? { ...empty, nBest: [empty] } : empty;
  }

  score(target: readonly number[], { score, logProbabilities }: TargetScore): Score {
    const names = [...this.#targetVocabulary.decode(target), SPECIAL_TOKENS[END_ID] as string];
    return { score, tokens: names.map((token, i) => ({ token, logProbability: logProbabilities[i] as number })) };
  }

  pieces(): Pieces {
    return new Pieces(this.#targetVocabulary, this.#target.unit);
  }

  #generation({ ids, attention, ...figures }: Hypothesis): Generation {
    const tokens = this.#targetVocabulary.decode(ids);
    const generation = { text: this.#target.detokenize(tokens), tokens, ...figures };
    return attention === undefined ? generation : { ...generation, attention: attention.map((row) => Array.from(row)) };
  }
}

function tooLong(text: string, length: number, most: number): string {
  const start = Array.from(text.slice(0, 60)).slice(0, 30).join("");
  const quoted = JSON.stringify(start.length < text.length ? `${start}...` : text);
  return `the text has ${length} tokens and this model reads at most ${most}: ${quoted}; shorten or split it`;
}
