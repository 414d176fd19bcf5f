import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@s2s/runtime";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigSchema } from "../src/config.ts";
import type { ConfigInput } from "../src/config.ts";
import { loadDataset } from "../src/data/dataset.ts";
import type { Dataset } from "../src/data/dataset.ts";
import { describeFilter, encodeCorpus } from "../src/data/encode.ts";
import type { Pairs } from "../src/data/pairs.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "s2s-dataset-"))));
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}
const load = (config: ConfigInput): Promise<Dataset> => loadDataset(v.parse(ConfigSchema, config));
const texts = ({ source, target }: Dataset, pairs: Pairs): [string, string][] =>
  Array.from({ length: pairs.count }, (_, i) => [source.decode(pairs.source(i)), target.decode(pairs.target(i))]);

describe("loadDataset", () => {
  it("encodes the pairs so that the vocabularies give the text back", async () => {
    const train = await file("text.tsv", "Grüße\tgreetings\nça va\tit's ok\n\tempty\n");
    const data = await load({ data: { train, validFraction: 0 } });
    expect(texts(data, data.train)).toEqual([
      ["Grüße", "greetings"],
      ["ça va", "it's ok"],
      ["", "empty"],
    ]);
    expect(data.valid.count).toBe(0);
  });

  it("builds the vocabularies from the training pairs alone", async () => {
    const train = await file("held.tsv", "aab\tx\nab\tx\nczb\txy\n");
    const data = await load({ data: { train, validFraction: 0.34, validSplit: "tail" } });
    expect(data.source.tokens.slice(4)).toEqual(["a", "b"]);
    expect(data.target.tokens.slice(4)).toEqual(["x"]);
    expect(texts(data, data.valid)).toEqual([["<unk><unk>b", "x<unk>"]]);
  });

  it("takes words, the vocabulary's size and the least frequency from the configuration", async () => {
    const train = await file("words.tsv", "the cat the dog\ta b\nthe cat\ta a\n");
    const data = await load({
      data: { train, validFraction: 0 },
      source: { tokens: "word", vocabulary: 6 },
      target: { tokens: "word", minFrequency: 2 },
    });
    expect(data.source.tokens.slice(4)).toEqual(["the", "cat"]);
    expect(data.target.tokens.slice(4)).toEqual(["a"]);
  });

  it("learns pieces from the training pairs alone, gives the text back exactly and drops what has become too long", async () => {
    const line = (i: number): string => `the  brother number ${i}\tder Bruder Nummer ${i}\n`;
    const long = "zyxwvu qpjfclag\tkurz\n";
    const train = await file("pieces.tsv", Array.from({ length: 30 }, (_, i) => line(i)).join("") + long + line(99) + "日 ▁\tx\n");
    const config = {
      data: { train, validFraction: 0.07, validSplit: "tail" },
      source: { tokens: "bpe", vocabulary: 320, maxLength: 9 },
    } as const;
    const data = await load(config);
    expect(data.filter).toEqual({ read: 33, longSources: 1, longTargets: 0 });
    expect([data.train.count, data.valid.count]).toEqual([30, 2]);
    expect(texts(data, data.train)[3]).toEqual(["the  brother number 3", "der Bruder Nummer 3"]);
    expect(data.source.decode(data.valid.source(1))).toBe("日 ▁");
    expect(data.source.tokens).toContain(" brother");
    expect(data.source.tokens).not.toContain("日");
    expect(data.train.sourceLength(3)).toBeLessThan(9);
    await expect(load({ ...config, source: { ...config.source, maxLength: 3 } })).rejects.toThrow(
      `${train}: no pair is left: dropped 33 of 33 pairs by length: 33 by the source's, 0 by the target's`,
    );
  });

  it("learns one tokeniser from both sides where they share it", async () => {
    const train = await file("shared.tsv", "aab b\tbbc\nab\tca\n");
    for (const tokens of ["char", "bpe", "unigram"] as const) {
      const data = await load({ data: { train, validFraction: 0 }, source: { tokens }, target: { tokens, shared: true } });
      expect(data.target).toBe(data.source);
      expect(data.source.tokens).toEqual(expect.arrayContaining(["a", "b", "c"]));
      expect(texts(data, data.train)).toEqual([
        ["aab b", "bbc"],
        ["ab", "ca"],
      ]);
    }
  });

  it("encodes a validation file with the training vocabularies and does not filter it", async () => {
    const train = await file("train.tsv", "ab\tx\nabc\tx\n");
    const valid = await file("valid.tsv", "bad\tx\nabba\txx\n");
    const data = await load({ data: { train, valid }, source: { maxLength: 2 } });
    expect(texts(data, data.train)).toEqual([["ab", "x"]]);
    expect(texts(data, data.valid)).toEqual([
      ["ba<unk>", "x"],
      ["abba", "xx"],
    ]);
  });

  it("drops nothing by default and counts what the filter drops on each side", async () => {
    const train = await file("long.tsv", `${"a".repeat(5000)}\tx\nab\t${"y".repeat(30)}\nabc\tx\nab\tx\n`);
    const whole = await load({ data: { train, validFraction: 0 } });
    expect(whole.train.count).toBe(4);
    expect(describeFilter(whole.filter)).toBeUndefined();
    const cut = await load({ data: { train, validFraction: 0 }, source: { maxLength: 2 }, target: { maxLength: 29 } });
    expect(texts(cut, cut.train)).toEqual([["ab", "x"]]);
    expect(cut.filter).toEqual({ read: 4, longSources: 2, longTargets: 1 });
    expect(describeFilter(cut.filter)).toBe("dropped 3 of 4 pairs by length: 2 by the source's, 1 by the target's");
  });

  it("says when the filter leaves nothing", async () => {
    const train = await file("none.tsv", "abc\tx\nab\txyz\n");
    const all = load({ data: { train }, source: { maxLength: 2 }, target: { maxLength: 2 } });
    await expect(all).rejects.toThrow(
      new UserError(
        `${train}: no pair is left: dropped 2 of 2 pairs by length: 1 by the source's, 1 by the target's; raise source.maxLength or target.maxLength`,
      ),
    );
  });

  it("applies the limit to the training file before the split", async () => {
    const train = await file("limit.tsv", Array.from({ length: 50 }, (_, i) => `${i}\t${i}\n`).join(""));
    const data = await load({ data: { train, limit: 10, validFraction: 0.2, validSplit: "tail" } });
    expect(texts(data, data.train).map(([source]) => source)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7"]);
    expect(data.valid.count).toBe(2);
  });

  it("has a digest of the text, not of its spelling on disk", async () => {
    const digest = async (name: string, content: string): Promise<string> =>
      (await load({ data: { train: await file(name, content), validFraction: 0 } })).digest;
    const base = await digest("base", "é\tx\nb\ty\n");
    expect(await digest("same", "e\u0301\tx\r\nb\ty")).toBe(base);
    expect(await digest("moved", "éx\t\nb\ty\n")).not.toBe(base);
    expect(await digest("swapped", "b\ty\né\tx\n")).not.toBe(base);
    const train = await file("again", "é\tx\nb\ty\n");
    const withValid = await load({ data: { train, valid: train } });
    expect(withValid.digest).not.toBe(base);
  });

  it("asks for a training file and for a second pair", async () => {
    await expect(load({})).rejects.toThrow(/^data\.train: no training pairs: /);
    const train = await file("one.tsv", "a\tb\n");
    await expect(load({ data: { train } })).rejects.toThrow(`${train}: a single pair cannot be split`);
    expect((await load({ data: { train, validFraction: 0 } })).train.count).toBe(1);
  });
});

describe("encodeCorpus", () => {
  it("encodes with vocabularies that exist, for evaluation", async () => {
    const train = await file("vocabulary.tsv", "ab\tx\n");
    const { source, target } = await load({ data: { train, validFraction: 0 } });
    const { pairs } = await encodeCorpus(await file("test.tsv", "x\tba?\n"), { sourceColumn: 2, targetColumn: 1 }, source, target);
    expect([...pairs.source(0)]).toEqual([5, 4, 1]);
    expect([...pairs.target(0)]).toEqual([4]);
  });
});
