import { UserError } from "../errors.ts";
import {
  requireFlag,
  requireList,
  requireNumber,
  requireTokens,
  SEARCH_NUMBER_NAMES,
  SEARCH_NUMBERS,
  type SearchNumbers,
  type SearchOptions,
} from "./options.ts";

/** How tokens are drawn. */
export interface Sampling {
  /** Above 0. */
  readonly temperature: number;
  readonly topK: number | undefined;
  readonly topP: number | undefined;
  readonly seed: number;
}

/** Checked options with their defaults. */
export interface SearchSettings {
  readonly maxLength: number;
  readonly minLength: number;
  readonly beams: number;
  readonly nBest: number;
  readonly lengthPenalty: number;
  readonly coveragePenalty: number;
  readonly noRepeatNgram: number;
  readonly prefix: readonly number[];
  readonly attention: boolean;
  readonly batchSize: number;
  /** Where absent, the most probable tokens are taken. */
  readonly sampling: Sampling | undefined;
}

/** @throws UserError for a value out of its bounds and for options that do not go together. */
export function resolveSearchOptions(options: SearchOptions, vocabularySize: number): SearchSettings {
  for (const name of SEARCH_NUMBER_NAMES) if (name === "maxLength" || options[name] !== undefined) requireNumber(name, options[name]);
  const number = (name: keyof SearchNumbers): number => (options[name] ?? SEARCH_NUMBERS[name].default) as number;
  const { temperature, topK, topP, prefix = [], attention = false } = options;
  requireList(prefix);
  requireFlag("attention", attention);
  const samples = temperature !== 0 && (temperature ?? topK ?? topP) !== undefined;
  const settings: SearchSettings = {
    maxLength: number("maxLength"),
    minLength: number("minLength"),
    beams: number("beams"),
    nBest: number("nBest"),
    lengthPenalty: number("lengthPenalty"),
    coveragePenalty: number("coveragePenalty"),
    noRepeatNgram: number("noRepeatNgram"),
    prefix,
    attention,
    batchSize: number("batchSize"),
    sampling: samples ? { temperature: temperature ?? 1, topK, topP, seed: number("seed") } : undefined,
  };
  requireAgreement(settings, options.onToken !== undefined, vocabularySize);
  return settings;
}

function requireAgreement({ maxLength, minLength, beams, nBest, prefix, sampling }: SearchSettings, streams: boolean, size: number): void {
  if (minLength > maxLength)
    throw new UserError(`minLength is ${minLength}, but maxLength only ${maxLength}; lower the one or raise the other`);
  requirePrefix(prefix, maxLength, size);
  if (sampling !== undefined && beams > 1) {
    throw new UserError(`beams is ${beams}, but temperature, topK and topP sample: give either; several samples come with nBest`);
  }
  if (sampling === undefined && nBest > beams) {
    throw new UserError(`nBest is ${nBest}, but beams ${beams}; raise beams to at least ${nBest}, or sample with a temperature`);
  }
  if (streams && beams > 1) {
    throw new UserError(`beams is ${beams}, but tokens can be given one by one only without beams: the best target is known at its end`);
  }
  if (streams && nBest > 1) throw new UserError(`nBest is ${nBest}, but tokens can be given one by one only for a single sample`);
}

/** @throws UserError for one that is longer than its target may be or holds what cannot be generated */
export function requirePrefix(prefix: readonly number[], maxLength: number, vocabularySize: number): void {
  if (prefix.length > maxLength) {
    throw new UserError(`the prefix has ${prefix.length} tokens, but maxLength is ${maxLength}; shorten the one or raise the other`);
  }
  requireTokens("prefix", prefix, vocabularySize);
}
