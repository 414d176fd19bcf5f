import { UserError } from "../errors.ts";
import { requireKnown } from "../known-options.ts";
import { END_ID, PAD_ID, START_ID } from "../vocabulary.ts";

/** The numbers that steer a search. Where none of temperature, topK and topP is given it is greedy, or a beam search where beams > 1. */
export interface SearchNumbers {
  /** Most tokens generated, `</s>` included. */
  readonly maxLength?: number | undefined;
  /** Fewest tokens before `</s>` (default 0). */
  readonly minLength?: number | undefined;
  /** Hypotheses that a beam search keeps alive (default 1, which is greedy). */
  readonly beams?: number | undefined;
  /** Most hypotheses returned for a source (default 1): at most `beams` of a beam search, as many samples where it samples. */
  readonly nBest?: number | undefined;
  /** alpha of the length penalty ((5 + n) / 6)^alpha by which the log-probability is divided to rank (default 1; 0: none). */
  readonly lengthPenalty?: number | undefined;
  /** beta of the coverage penalty beta * sum_i log(min(sum_t a_ti, 1)), for models that attend (default 0: none). */
  readonly coveragePenalty?: number | undefined;
  /** No sequence of so many tokens twice in a target (default 0: no such rule). */
  readonly noRepeatNgram?: number | undefined;
  /** Divides the logits before a token is drawn (default 1); 0 always takes the most probable one: that does not sample. */
  readonly temperature?: number | undefined;
  /** Draws from the so many most probable tokens alone. */
  readonly topK?: number | undefined;
  /** Draws from the fewest most probable tokens whose probabilities add up to this share (nucleus sampling). */
  readonly topP?: number | undefined;
  /** Of sampling (default 1): a sample depends on seed, source, its number and the step, not on what else is decoded. */
  readonly seed?: number | undefined;
  /** Most hypotheses decoded side by side (default 64), at least the beams of one source; it changes speed and memory, not answers. */
  readonly batchSize?: number | undefined;
}

/** Everything of a search that can be written down: what comes over the network or from a command line. */
export interface SearchData extends SearchNumbers {
  /** Ids that every target begins with. */
  readonly prefix?: readonly number[] | undefined;
  /** Whether hypotheses come with the weights of attention, for models that attend (default false). */
  readonly attention?: boolean | undefined;
}

/** How a caller follows and ends work. */
export interface Interruption {
  /** Looked at between steps; the reason of the abort is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Awaited between steps, about every 16 ms, so that events are heard meanwhile (an abort among them). */
  readonly pause?: (() => Promise<void>) | undefined;
}

export interface SearchOptions extends SearchData, Interruption {
  readonly maxLength: number;
  /** A prefix for each source, instead of one for all: a language model's prompts. */
  readonly prefixes?: readonly (readonly number[])[] | undefined;
  /**
   * Is given each token as it is chosen, `</s>` not among them; for greedy search and a single sample. With `attention` its weights come along, in
   * the step's own memory.
   */
  readonly onToken?: ((source: number, id: number, weights: Float32Array | undefined) => void) | undefined;
}

/** Bounds of a number, both included; `above` excludes the lower one. */
export interface NumberRule {
  readonly whole: boolean;
  readonly minimum: number;
  readonly maximum: number;
  readonly above?: true;
  /** Where there is none, not giving the option is something else than any value. */
  readonly default?: number;
}

const whole = (minimum: number, maximum: number, preset?: number): NumberRule => ({
  whole: true,
  minimum,
  maximum,
  ...(preset === undefined ? {} : { default: preset }),
});

/** Bounds and defaults of every number, for whoever reads options from somewhere. */
export const SEARCH_NUMBERS: Readonly<Record<keyof SearchNumbers, NumberRule>> = {
  maxLength: whole(1, 100_000),
  minLength: whole(0, 100_000, 0),
  beams: whole(1, 1024, 1),
  nBest: whole(1, 1024, 1),
  lengthPenalty: { whole: false, minimum: 0, maximum: 10, default: 1 },
  coveragePenalty: { whole: false, minimum: 0, maximum: 100, default: 0 },
  noRepeatNgram: whole(0, 100, 0),
  temperature: { whole: false, minimum: 0, maximum: 100 },
  topK: whole(1, 1_000_000),
  topP: { whole: false, minimum: 0, maximum: 1, above: true },
  seed: whole(0, 4_294_967_295, 1),
  batchSize: whole(1, 65_536, 64),
};

export const SEARCH_NUMBER_NAMES = Object.keys(SEARCH_NUMBERS) as (keyof SearchNumbers)[];

/** Names of all that is in `SearchData`. */
export const SEARCH_DATA_NAMES: readonly string[] = [...SEARCH_NUMBER_NAMES, "prefix", "attention"];

/** All that a model that generates tokens takes. */
export const GENERATE_NAMES: readonly string[] = [...SEARCH_DATA_NAMES, "replaceUnknown"];

/**
 * Reads options that came from outside (JSON). Each is looked at by itself; `search` sees whether they go together.
 * @throws UserError that names an unknown option, or the option and its bounds.
 */
export function parseSearchOptions(input: unknown): SearchData {
  requireKnown(input, SEARCH_DATA_NAMES);
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    if (name === "prefix") requireList(value);
    else if (name === "attention") requireFlag(name, value);
    else requireNumber(name as keyof SearchNumbers, value);
  }
  return { ...input };
}

/** @throws UserError that names the option, its bounds and the value */
export function requireNumber(name: keyof SearchNumbers, value: unknown): asserts value is number {
  const { whole, minimum, maximum, above } = SEARCH_NUMBERS[name];
  const right =
    typeof value === "number" &&
    (whole ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
    (above ? value > minimum : value >= minimum) &&
    value <= maximum;
  if (right) return;
  const bounds = above ? `above ${minimum} and at most ${maximum}` : `from ${minimum} to ${maximum}`;
  throw new UserError(`${name} must be a ${whole ? "whole " : ""}number ${bounds}, not ${describe(value)}`);
}

/** @throws UserError for what can stand in no target: ids outside of the vocabulary, `<pad>`, `<s>` and, inside of it, `</s>` */
export function requireTokens(what: string, ids: readonly number[], vocabularySize: number): void {
  const wrong = ids.find(
    (id) => !Number.isSafeInteger(id) || id < 0 || id >= vocabularySize || id === PAD_ID || id === START_ID || id === END_ID,
  );
  if (wrong === undefined) return;
  throw new UserError(
    `${what} holds ${wrong}, which is not the id of a token that can be generated; the vocabulary has ${vocabularySize} entries`,
  );
}

export function requireList(value: unknown): asserts value is readonly number[] {
  const right = Array.isArray(value) && value.every((id) => typeof id === "number");
  if (!right) throw new UserError(`prefix must be a list of token ids, not ${describe(value)}`);
}

export function requireFlag(name: string, value: unknown): asserts value is boolean {
  if (typeof value !== "boolean") throw new UserError(`${name} must be true or false, not ${describe(value)}`);
}

function describe(value: unknown): string {
  return typeof value === "number" ? String(value) : (JSON.stringify(value)?.slice(0, 40) ?? String(value));
}
