import { frame } from "./format.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** A tokeniser in Hugging Face's tokenizer.json, one token a line, which reads well in a diff. */
export function serializeTokenizer({ data }: Tokenizer): string {
  const { unit, tokens } = data;
  const text = JSON.stringify(frame(unit), null, 2);
  // Written by hand: an object would sort tokens that are numbers first and lose one that is "__proto__".
  const vocabulary =
    data.unit === "unigram"
      ? list(
          "[",
          "]",
          tokens.map((token, id) => `[${JSON.stringify(token)}, ${data.scores[id]}]`),
        )
      : list(
          "{",
          "}",
          tokens.map((token, id) => `${JSON.stringify(token)}: ${id}`),
        );
  const withVocabulary = text.replace('"vocab": null', () => `"vocab": ${vocabulary}`);
  const merges =
    data.unit === "bpe"
      ? list(
          "[",
          "]",
          data.merges.map((merge) => JSON.stringify(merge)),
        )
      : "";
  return `${withVocabulary.replace('"merges": null', () => `"merges": ${merges}`)}\n`;
}

const list = (open: string, close: string, lines: readonly string[]): string =>
  lines.length === 0 ? open + close : `${open}\n${lines.map((line) => `      ${line}`).join(",\n")}\n    ${close}`;
