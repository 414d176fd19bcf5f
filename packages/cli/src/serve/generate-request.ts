import type { InputConfig } from "@s2s/runtime/manifest";
import { type GenerateOptions, parseSearchOptions, SEARCH_NUMBERS, UserError } from "@s2s/runtime";
import { meant } from "../options/nearest.ts";
import { HttpError } from "./http-error.ts";

/** What one request may ask for. */
export interface RequestLimits {
  readonly maxTexts: number;
  /** Of beams, and of answers a text. */
  readonly maxBeams: number;
  /** Of an answer: a search in one graph cannot be interrupted. */
  readonly maxTokens: number;
}

/** A checked request for answers: of one text, maybe piece by piece, or of several. */
export type GenerateRequest =
  | { readonly text: string; readonly stream: boolean; readonly options: RequestOptions }
  | { readonly texts: readonly string[]; readonly options: RequestOptions };

export type RequestOptions = Omit<GenerateOptions, "signal">;

/** How many texts are decoded side by side is the server's matter: it decides about memory. */
const SEARCH_OPTIONS = [...Object.keys(SEARCH_NUMBERS).filter((name) => name !== "batchSize"), "attention"];
export const OPTIONS = ["prefix", "replaceUnknown", ...SEARCH_OPTIONS];
const KEYS = ["text", "texts", "stream", ...OPTIONS];

/**
 * Reads the body of `POST /generate`.
 * @param kind what the model reads: to one that reads pictures a text would be the path of a file of the server's
 * @param events whether the request's `Accept` asks for a stream
 * @throws HttpError 400 that names the key and what it must be; for one that is not known, the nearest that is
 */
export function readGenerateRequest(body: unknown, kind: InputConfig["kind"], events: boolean, limits: RequestLimits): GenerateRequest {
  if (kind !== "tokens" && kind !== "none") throw bad("this model reads no texts: POST its input to /predict");
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw bad('the body must be an object such as {"text": "..."}');
  const { text, texts, stream = events, ...rest } = body as Readonly<Record<string, unknown>>;
  const options = readOptions(rest, limits, KEYS);
  if (typeof stream !== "boolean") throw bad("stream must be true or false");
  if ((text === undefined) === (texts === undefined)) throw bad('give either "text", a text, or "texts", a list of texts');
  if (text !== undefined) return { text: requireText("text", text), stream, options };
  if (stream) throw bad('answers come as a stream for one text: give "text" instead of "texts"');
  return { texts: requireTexts(texts, limits.maxTexts), options };
}

/** How answers are searched for. @param keys all that a request may say, for the message where a name is unknown */
export function readOptions(body: Readonly<Record<string, unknown>>, limits: RequestLimits, keys: readonly string[]): RequestOptions {
  const { prefix, replaceUnknown, ...search } = body;
  for (const key of Object.keys(search)) if (!SEARCH_OPTIONS.includes(key)) throw unknownOption(key.slice(0, 40), keys);
  if (replaceUnknown !== undefined && typeof replaceUnknown !== "boolean") throw bad("replaceUnknown must be true or false");
  return {
    ...searchOptions(search, limits),
    ...(prefix !== undefined && { prefix: requireText("prefix", prefix) }),
    ...(replaceUnknown !== undefined && { replaceUnknown }),
  };
}

function unknownOption(key: string, keys: readonly string[]): HttpError {
  const near = meant(key, keys);
  return bad(
    `unknown option ${JSON.stringify(key)}: ${near === undefined ? `the options are ${keys.join(", ")}` : `did you mean ${near}?`}`,
  );
}

function searchOptions(search: Readonly<Record<string, unknown>>, { maxBeams, maxTokens }: RequestLimits): RequestOptions {
  for (const [name, most] of Object.entries({ beams: maxBeams, nBest: maxBeams, maxLength: maxTokens })) {
    const value = search[name];
    if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= most)) continue;
    throw bad(`${name} must be a whole number from 1 to ${most} here, not ${JSON.stringify(value).slice(0, 40)}`);
  }
  // The prefix, which a search has as ids and a request as text, is read elsewhere.
  const { prefix: _, ...options } = explainUserError(() => parseSearchOptions(search));
  return options;
}

function requireText(key: string, value: unknown): string {
  if (typeof value !== "string") throw bad(`${key} must be a text`);
  return value;
}

function requireTexts(value: unknown, most: number): string[] {
  if (!Array.isArray(value) || !value.every((each) => typeof each === "string")) throw bad("texts must be a list of texts");
  if (value.length > most) throw bad(`texts may hold at most ${most}, not ${value.length}: send the rest in further requests`);
  return value;
}

function explainUserError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof UserError ? bad(error.message) : error;
  }
}

export const bad = (message: string): HttpError => new HttpError(400, message);
