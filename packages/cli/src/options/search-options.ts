import { SEARCH_NUMBERS, type NumberRule, type SearchNumbers } from "@s2s/runtime";
import type { ConfigKey } from "@s2s/trainer";
import { Option } from "commander";
import { parseOption } from "./value.ts";

const DESCRIPTIONS: Readonly<Record<keyof SearchNumbers, string>> = {
  maxLength: "most tokens of an answer, its end included (default: the model's own bound)",
  minLength: "fewest tokens before an answer may end",
  beams: "hypotheses that a beam search keeps alive; 1 is greedy",
  nBest: "answers for each text: at most as many as beams, or so many samples",
  lengthPenalty: "favours longer answers; 0 ranks by the log-probability alone",
  coveragePenalty: "favours answers that attend to the whole text, for models that attend",
  noRepeatNgram: "no sequence of so many tokens twice in an answer; 0 allows all",
  temperature: "draws the tokens instead of taking the most probable; below 1 more cautiously, above 1 more freely, 0 not at all",
  topK: "draws from the so many most probable tokens",
  topP: "draws from the most probable tokens that have this share of the probability",
  seed: "of the draws: the same gives the same answers",
  batchSize: "hypotheses decoded side by side; changes speed and memory, not answers",
};

/** The numbers that steer a search, as options: `--n-best` for `nBest`. What is not typed is not given: the defaults are the search's. */
export function searchOptions(): Option[] {
  return (Object.keys(SEARCH_NUMBERS) as (keyof SearchNumbers)[]).map((name) => searchOption(name, SEARCH_NUMBERS[name]));
}

/** What is quoted stays as it is, and so does what is a part of a path. */
const QUOTED_OR_NAME = new RegExp(
  String.raw`"(?:[^"\\]|\\.)*"|(?<![\w./\\-])(?:${[...Object.keys(SEARCH_NUMBERS), "prefix", "replaceUnknown", "attention", "bias"].join("|")})(?![\w./\\-])`,
  "g",
);

/** A message of the search with its options named as they are typed: `--n-best` for `nBest`. */
export function nameFlags(message: string): string {
  return message.replaceAll(QUOTED_OR_NAME, (found) => (found.startsWith('"') ? found : flagOf(found)));
}

function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function searchOption(name: keyof SearchNumbers, rule: NumberRule): Option {
  const long = flagOf(name);
  const description = DESCRIPTIONS[name] + (rule.default === undefined ? "" : ` (default: ${rule.default})`);
  const key = configKey(name, rule);
  const option = new Option(`${long} <${rule.whole ? "n" : "x"}>`, description).argParser((text) => parseOption(key, long, text));
  // commander takes --no-repeat-ngram for the negation of --repeat-ngram.
  option.negate = false;
  return option;
}

function configKey(key: keyof SearchNumbers, { whole, minimum, maximum, above }: NumberRule): ConfigKey {
  const lower = above ? { exclusiveMinimum: minimum } : { minimum };
  return { key, type: whole ? "integer" : "number", description: DESCRIPTIONS[key], maximum, ...lower };
}
