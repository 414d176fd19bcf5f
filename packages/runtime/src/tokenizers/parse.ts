import { UserError } from "../errors.ts";
import type { Merge } from "./bpe.ts";
import type { TokenUnit } from "./cut.ts";
import { frame } from "./format.ts";
import { Tokenizer } from "./tokenizer.ts";

/**
 * Reads a tokenizer.json that s2s wrote. Others are refused: what they ask for is not what `Tokenizer` does.
 * @param where - names the file
 * @throws UserError
 */
export function parseTokenizer(text: string, unit: TokenUnit, where = "tokenizer.json"): Tokenizer {
  const fail = (problem: string): never => {
    throw new UserError(`${where}: ${problem}; export the bundle again`);
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return fail("is not JSON (damaged or truncated)");
  }
  if (!fits(json, frame(unit))) return fail(`is not what s2s writes for tokens that are ${JSON.stringify(unit)}`);
  const { vocab, merges } = (json as { model: { vocab: unknown; merges?: unknown } }).model;
  if (unit === "unigram") {
    if (!isArray(vocab, isScored)) return fail("model.vocab must be pieces and their scores");
    return new Tokenizer({ unit, tokens: vocab.map(([token]) => token), scores: vocab.map(([, score]) => score) }, where);
  }
  const tokens = tokensOf(vocab) ?? fail("model.vocab must give each id from 0 on to one token");
  if (unit !== "bpe") return new Tokenizer({ unit, tokens }, where);
  return new Tokenizer({ unit, tokens, merges: isArray(merges, isMerge) ? merges : fail("model.merges must be pairs of pieces") }, where);
}

/** Whether a value is that of a frame, whatever was learned. */
function fits(value: unknown, wanted: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null) return value === wanted;
  if (typeof value !== "object" || value === null || Array.isArray(value) !== Array.isArray(wanted)) return false;
  const [fields, entries] = [value as Record<string, unknown>, Object.entries(wanted)];
  const isLearned = (key: string): boolean => key === "vocab" || key === "merges";
  if (Object.keys(fields).length !== entries.length) return false;
  return entries.every(([key, item]) => Object.hasOwn(fields, key) && (isLearned(key) || fits(fields[key], item)));
}

const isArray = <T>(value: unknown, is: (item: unknown) => item is T): value is T[] => Array.isArray(value) && value.every(is);
const isPair = (value: unknown): value is [unknown, unknown] => Array.isArray(value) && value.length === 2;
const isMerge = (value: unknown): value is Merge => isPair(value) && value.every((piece) => typeof piece === "string");
const isScored = (value: unknown): value is [string, number] =>
  isPair(value) && typeof value[0] === "string" && typeof value[1] === "number";

function tokensOf(vocab: unknown): string[] | undefined {
  if (typeof vocab !== "object" || vocab === null || Array.isArray(vocab)) return undefined;
  const entries = Object.entries(vocab);
  const tokens = Array.from<string | undefined>({ length: entries.length });
  for (const [token, id] of entries) {
    // Not every number of a file is an index.
    if (!Number.isInteger(id) || id < 0 || id >= tokens.length || tokens[id] !== undefined) return undefined;
    tokens[id] = token;
  }
  return tokens as string[];
}
