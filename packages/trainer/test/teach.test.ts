import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readBundle, UserError } from "@s2s/runtime";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportRun } from "../src/export/export-run.ts";
import { openTrainer } from "../src/step/open-trainer.ts";
import { Lesson } from "../src/teach/lesson.ts";
import { balance, madeUpTexts } from "../src/teach/replay.ts";
import { configOf } from "./support/executors.ts";
import { examples, trainableBundle } from "./support/trainable.ts";

let place: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "s2s-teach-"));
  await trainableBundle(join(place, "bundle"), configOf({ learningRate: 0.02 }));
});
afterAll(() => rm(place, { recursive: true }));

describe("a lesson", () => {
  it("tells the answers before and now, stops where the loop is left, goes on, and undoes all", async () => {
    const lesson = await Lesson.open(join(place, "bundle"));
    expect(lesson.learningRate).toBeCloseTo(0.002, 10);
    const pairs = examples(3);
    const texts = pairs.map(([source]) => source);
    const { before } = await lesson.answers(texts);
    const options = { epochs: 400, learningRate: 0.02, replay: 0 };
    for await (const { step } of lesson.teach(pairs, options)) if (step === 3) break;
    let last = 0;
    let answers: readonly string[] = [];
    for await (const step of lesson.teach(pairs, options)) {
      if (last === 0) expect([step.epoch, step.step > 3]).toEqual([1, true]);
      last = step.step;
      answers = step.answers ?? answers;
    }
    // It ends by itself once all are learned.
    expect(last).toBeLessThan(400);
    expect(answers).toEqual(pairs.map(([, target]) => target));
    expect(await lesson.answers(texts)).toEqual({ before, now: answers });
    await lesson.reset();
    expect(await lesson.answers(texts)).toEqual({ before, now: before });
    await lesson.dispose();
  });

  it("refuses a pair that cannot be learned by the number that its visitor gave it", async () => {
    const lesson = await Lesson.open(join(place, "bundle"));
    const teaching = lesson.teach(
      [
        ["ab", "ba"],
        ["ab", "Z"],
      ],
      { epochs: 1, learningRate: 0.1, replay: 10 },
    );
    await expect(teaching.next()).rejects.toThrow(/^pair 2: the model cannot write "Z"/);
    await lesson.dispose();
  });

  it("holds old answers better with made-up texts than without", async () => {
    const letters = [..."abcdefgh"];
    const words = letters.concat(letters.flatMap((first) => letters.map((second) => first + second)));
    const trainer = await openTrainer(join(place, "bundle"), { batchSize: 24, learningRate: 0.03 });
    for (let epoch = 0; epoch < 100; epoch++) for await (const _ of trainer.epoch(words.map((word) => [word, word])));
    const copier = await trainer.bundle();
    await trainer.dispose();
    const keptAfter = async (replay: number): Promise<number> => {
      const lesson = await Lesson.open(copier);
      for await (const _ of lesson.teach([["ab", "hhh"]], { epochs: 100, learningRate: 0.01, replay }));
      const { before, now } = await lesson.answers(words);
      expect([before.filter((answer, i) => answer === words[i]).length > 60, now[words.indexOf("ab")]]).toEqual([true, "hhh"]);
      await lesson.dispose();
      return now.filter((answer, i) => answer === before[i]).length;
    };
    const [kept, keptAlone] = [await keptAfter(64), await keptAfter(0)];
    expect(kept).toBeGreaterThan(keptAlone + 10);
  });
});

describe("made-up texts", () => {
  it("are a function of the seed, of known tokens, within their lengths", () => {
    const tokens = [..."abc"];
    const glue = (parts: readonly string[]): string => parts.join("");
    fc.assert(
      fc.property(fc.nat(50), fc.integer({ min: 1, max: 9 }), fc.nat(5), fc.nat(1000), (count, least, more, seed) => {
        const lengths = { least, most: least + more };
        const texts = madeUpTexts(tokens, glue, count, lengths, seed);
        expect(texts).toEqual(madeUpTexts(tokens, glue, count, lengths, seed));
        expect(texts).toHaveLength(count);
        for (const text of texts)
          expect([/^[abc]*$/.test(text), text.length >= least && text.length <= least + more]).toEqual([true, true]);
      }),
    );
    expect(madeUpTexts([], glue, 5, { least: 1, most: 2 }, 1)).toEqual([]);
  });

  it("are outnumbered by no less than the new pairs", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constant("new"), { minLength: 1, maxLength: 20 }),
        fc.array(fc.constant("old"), { maxLength: 100 }),
        (news, old) => {
          const mixed = balance(news, old);
          const count = mixed.filter((each) => each === "new").length;
          expect(mixed.length - count).toBe(old.length);
          expect([count >= old.length, count % news.length, count - news.length < Math.max(1, old.length)]).toEqual([true, 0, true]);
        },
      ),
    );
  });
});

describe("an export that can be trained", () => {
  it("refuses what has no weights to train and what does not know how it was trained", async () => {
    const out = join(place, "out");
    for (const [options, message] of [
      [{ singleFile: true }, /--trainable or --single-file/],
      [{ precisions: ["int8"] }, /export float32,int8/],
      [{}, /is a bundle, which does not know how it was trained/],
    ] as const) {
      const refused = exportRun(join(place, "bundle"), { out, trainable: true, ...options });
      await expect(refused).rejects.toThrow(message);
      await expect(refused).rejects.toBeInstanceOf(UserError);
    }
    expect((await readBundle(join(place, "bundle"))).manifest.trainable).toMatchObject({ optimizer: "adam", slots: ["mean", "square"] });
  });
});
