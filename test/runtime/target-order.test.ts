import { cp } from "node:fs/promises";
import { join } from "node:path";
import { type Generation, load, type Model, type Score, type StreamPiece } from "@s2s/runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seal, writeCountdown } from "../../packages/runtime/test/countdown.ts";
import { writeTaskBundle } from "../support/task-bundles.ts";
import { Workplace } from "../support/workplace.ts";

const place = await Workplace.create();

/** A bundle, and the same with the word that its targets are written from their end. */
async function openBoth(name: string, manifest: ReturnType<typeof writeCountdown>): Promise<[Model, Model]> {
  const [plain, turned] = [place.path(name), place.path(`${name}-reversed`)];
  await cp(plain, turned, { recursive: true });
  seal(turned, { ...manifest, target: { ...manifest.target!, reversed: true } });
  return [await load(plain, { worker: false, threads: 1 }), await load(turned, { worker: false, threads: 1 })];
}

describe.each(["char", "word"] as const)("answers in the order %s", (tokens) => {
  let [plain, turned]: Model[] = [];
  beforeAll(async () => {
    [plain, turned] = await openBoth(tokens, writeCountdown(place.path(tokens), { tokens }));
  });
  afterAll(() => Promise.all([plain!.dispose(), turned!.dispose()]));
  const joint = tokens === "char" ? "" : " ";
  const words = (text: string): string => [...text].join(joint);

  test("an answer's tokens are turned around, and nothing else of it", async () => {
    const texts = ["c", "ab", "ba", ""].map(words);
    const answers = (await turned!.generate(texts, { beams: 3, nBest: 3 })) as Generation[];
    const expected = (await plain!.generate(texts, { beams: 3, nBest: 3 })) as Generation[];
    const back = (answer: Generation) => {
      const tokens = answer.tokens.toReversed();
      return { ...answer, tokens, text: tokens.join(joint) };
    };
    for (const [i, { nBest, ...answer }] of answers.entries()) expect({ ...back(answer), nBest: nBest!.map(back) }).toEqual(expected[i]);
    expect(answers[0]!.text).toBe(words("abcdef"));
  });

  test("an answer is scored as it is written", async () => {
    const [written] = (await plain!.score([[words("c"), words("fedca")]])) as Score[];
    const [read] = (await turned!.score([[words("c"), words("acdef")]])) as Score[];
    expect(read!.score).toBe(written!.score);
    expect(read!.tokens.map(({ token }) => token)).toEqual([..."acdef", "</s>"]);
    expect(read!.tokens).toEqual([...written!.tokens.slice(0, -1).toReversed(), written!.tokens.at(-1)]);
  });

  test("a stream gives it as a whole, once it has its beginning", async () => {
    const pieces: StreamPiece[] = [];
    for await (const piece of turned!.stream(words("c"))) pieces.push(piece);
    expect(pieces).toMatchObject([{ text: words("abcdef"), tokens: [..."abcdef"] }, { result: { text: words("abcdef") } }]);
  });

  test("a prefix is refused, since it would be the end", async () => {
    expect(await turned!.generate(words("c"), { prefix: "" })).toMatchObject({ text: words("abcdef") });
    await expect(turned!.generate(words("c"), { prefix: words("f") })).rejects.toThrow(
      /^prefix: this model writes from the end; leave it out$/,
    );
  });
});

test("rows of attention stand beside the tokens that looked, the end's last", async () => {
  const manifest = await writeTaskBundle(place.path("attention"), "translate");
  const [plain, turned] = await openBoth("attention", manifest);
  try {
    const options = { attention: true, maxLength: 5 };
    for (const text of ["one two three", "six", "four four"]) {
      const expected = await plain.generate(text, options);
      const answer = await turned.generate(text, options);
      const { length } = expected.tokens;
      expect(length).toBeGreaterThan(1);
      expect(answer.tokens).toEqual(expected.tokens.toReversed());
      expect(answer.attention).toEqual([...expected.attention!.slice(0, length).toReversed(), ...expected.attention!.slice(length)]);
    }
  } finally {
    await Promise.all([plain.dispose(), turned.dispose()]);
  }
});

test("a language model, which goes on with a text, cannot write from its end", async () => {
  const manifest = await writeTaskBundle(place.path("generate"), "generate");
  seal(place.path("generate"), { ...manifest, target: { ...manifest.target!, reversed: true } });
  await expect(load(place.path("generate"), { worker: false })).rejects.toThrow(/s2s\.json: target\.reversed is for models with a source/);
});

test("models of different orders are no ensemble", async () => {
  const [one, other] = [place.path("char"), place.path("char-reversed")];
  await expect(load(one, { ensemble: [other], worker: false })).rejects.toThrow(
    `${join(other, "s2s.json")}: has another decoder.reverseTarget than ${join(one, "s2s.json")}; an ensemble's members must have the same; put their n-best answers in order by s2s score`,
  );
});
