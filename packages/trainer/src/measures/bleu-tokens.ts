import { words } from "./white-space.ts";

/** How BLEU cuts texts into tokens, by sacreBLEU's names. */
export const BLEU_TOKENS = {
  /** mteval-v13a's, used by WMT: Western punctuation apart, but not the point or comma in a number. */
  "13a": (text) => words(separate(plain(text), WESTERN)),
  /** mteval-v14's: the punctuation and symbols of all scripts apart. */
  intl: (text) => words(separate(text, INTERNATIONAL)),
  /** Every character, white space left out. */
  char: (text) => words(Array.from(text).join(" ")),
  /** What stands between white space: for texts that are tokens already. */
  none: words,
} as const satisfies Record<string, (text: string) => string[]>;

export type BleuTokens = keyof typeof BLEU_TOKENS;

type Rules = readonly (readonly [pattern: RegExp, replacement: string])[];

const WESTERN: Rules = [
  // All ASCII punctuation but ' , - .
  [/([{-~[-` -&(-+:-@/])/gu, " $1 "],
  [/([^0-9])([.,])/gu, "$1 $2 "],
  [/([.,])([^0-9])/gu, " $1 $2"],
  [/([0-9])(-)/gu, "$1 $2 "],
];

const INTERNATIONAL: Rules = [
  [/(\P{N})(\p{P})/gu, "$1 $2 "],
  [/(\p{P})(\P{N})/gu, " $1 $2"],
  [/(\p{S})/gu, " $1 "],
];

function separate(text: string, rules: Rules): string {
  let result = text;
  for (const [pattern, replacement] of rules) result = result.replace(pattern, replacement);
  return result;
}

/** Marks of SGML test sets taken back, and words that a hyphen parts at the end of a line joined. The order is mteval's. */
function plain(text: string): string {
  const joined = text.replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ");
  const unescaped = joined.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
  // The rules look at the characters around a mark: a text begins and ends with a space.
  return ` ${unescaped} `;
}
