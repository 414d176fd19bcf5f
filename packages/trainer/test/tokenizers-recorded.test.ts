import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cutText, parseTokenizer, serializeTokenizer } from "@s2s/runtime";
import { TOKEN_UNITS } from "@s2s/runtime/manifest";
import { learnTokenizer } from "../src/tokenizers/learn.ts";

/**
 * What Hugging Face's own library makes of our files: ids and texts that test/support/record-tokenizers.py wrote down.
 * `S2S_RECORD=1 npx vitest run packages/trainer/test/tokenizers-recorded.test.ts` learns the files anew; the script then has to be run again.
 */
const FOLDER = new URL("recorded/tokenizers/", import.meta.url);
const LEARNED_FROM = [
  "Where is the nearest station, please? The station isn't far: turn left at the second street.",
  "I don't know where he was born, but I know that he wasn't born here.",
  "She has been learning French for three years; her teacher says that she speaks it well enough.",
  "« Où est la gare ? » — « Là-bas, derrière l'église, à côté de l'hôtel de ville. »",
  "Ça m'est égal, qu'il soit là ou qu'il n'y soit pas. C'était une belle journée d'été.",
  "Der Zug fährt um 7.45 Uhr ab, spätestens um 8 Uhr; größere Straßen meiden!",
  "Привет, как дела? Всё хорошо, спасибо, а у тебя?",
  "東京は日本の首都です。東京は大きい。",
];

interface Recorded {
  readonly texts: readonly (readonly [text: string, ids: number[]])[];
  readonly ids: readonly (readonly [ids: number[], text: string])[];
}

describe.each(TOKEN_UNITS)("%s", (unit) => {
  const file = new URL(`${unit}.json`, FOLDER);
  if (process.env["S2S_RECORD"] === "1") {
    const counts = new Map<string, number>();
    for (const text of LEARNED_FROM) for (const stretch of cutText(unit, text)) counts.set(stretch, (counts.get(stretch) ?? 0) + 1);
    const size = unit === "bpe" || unit === "unigram" ? 420 : undefined;
    writeFileSync(file, serializeTokenizer(learnTokenizer(unit, counts, { size })));
  }
  const tokenizer = parseTokenizer(readFileSync(file, "utf8"), unit, file.pathname);
  const recorded: Recorded = JSON.parse(readFileSync(new URL(`${unit}.hugging-face.json`, FOLDER), "utf8"));

  test("gives the ids that Hugging Face's tokenizers gives", () => {
    expect(recorded.texts.length).toBeGreaterThan(300);
    for (const [text, ids] of recorded.texts) expect([text, tokenizer.encode(text)]).toEqual([text, ids]);
  });

  test("gives the texts that it gives, also of ids that no text has", () => {
    expect(recorded.ids.length).toBeGreaterThan(200);
    for (const [ids, text] of recorded.ids) expect([ids, tokenizer.decode(ids)]).toEqual([ids, text]);
  });
});
