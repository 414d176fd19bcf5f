import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { serializeTokenizer, SPECIAL_TOKENS, Tokenizer, UserError } from "@s2s/runtime";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createCpuExecutor } from "../src/executors/cpu.ts";
import { createDeviceExecutor } from "../src/executors/device.ts";
import { firstRows } from "../src/first-rows.ts";
import { modelConfig } from "../src/model-config.ts";
import { readWordVectors } from "../src/pretrained.ts";
import { configOf } from "./support/executors.ts";
import { temporaryFolder } from "./support/toy-run.ts";

let temporary: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  temporary = temporaryFolder();
});
afterEach(() => temporary.remove());

const tokens = [...SPECIAL_TOKENS, "cat", "dog", "emu"];
const write = (text: string, name = "vectors.txt"): string => {
  const path = join(temporary.path, name);
  writeFileSync(path, text);
  return path;
};
const read = (text: string, width = 2) => readWordVectors(write(text), tokens, width);

describe("word vectors", () => {
  test("are read as GloVe writes them", async () => {
    const { rows, missing, repeated } = await read("dog 0.5 -1e-2\ncow 1 2\n. . . 3 4\ncat 3 4");
    expect([...rows]).toEqual([
      [5, Float32Array.of(0.5, -0.01)],
      [4, Float32Array.of(3, 4)],
    ]);
    expect({ missing, repeated }).toEqual({ missing: 1, repeated: 0 });
  });

  test("are read as word2vec writes them: with a header and spaces at the ends", async () => {
    const { rows, missing } = await read("3 2\r\n</s> 0.1 0.2 \r\nemu 1 2 \r\ncat 3 4 \r\n");
    expect([...rows.keys()]).toEqual([3, 6, 4]);
    expect([...rows.get(6)!]).toEqual([1, 2]);
    expect(missing, "special tokens are no words").toBe(1);
  });

  test("that repeat a word are counted, and the first one is taken", async () => {
    const { rows, repeated } = await read("cat 1 2\ncat 3 4\ndog 5 6\ncat 7 8\n");
    expect([...rows.get(4)!]).toEqual([1, 2]);
    expect(repeated).toBe(2);
  });

  test("of many blocks are found to the last", async () => {
    const others = Array.from({ length: 60_000 }, (_, i) => `word${i} ${i} 0.123456789012345678\n`).join("");
    const { rows } = await read(`${others}dog 5 6\n${others}emu 7 8`);
    expect([...rows.keys()]).toEqual([5, 6]);
  });

  test.each([
    ["cat 1 2 3\n", /vectors\.txt:1: the vector has 3 numbers, the embedding 2/],
    ["9 300\ncat 1 2\n", /vectors\.txt:1: the vector has 300 numbers, the embedding 2/],
    ["cow 1 2\ncat 1\n", /vectors\.txt:2: the vector has 1 number, the embedding 2/],
    ["cow 1 2\ncat 1 zwei\n", /vectors\.txt:2: "zwei" is no number/],
    ["cat 1  \ncow\n", /vectors\.txt:1: the vector has 1 number, the embedding 2/],
    ["cow 1 2\ncat 1 1e39\n", /vectors\.txt:2: "1e39" is no number that a float32 holds/],
    ["100 2\ncat 1 2\ndog 3 4\n", /vectors\.txt: holds 2 vectors, but its first line says 100: it is cut off/],
    ["cow 1 2\n", /vectors\.txt: has none of the 3 words of the vocabulary/],
    ["", /vectors\.txt: is empty/],
  ])("that are wrong are a user's mistake: %j", async (text, message) => {
    const reading = read(text);
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toBeInstanceOf(UserError);
  });

  test("of a file that is not there are a user's mistake", async () => {
    await expect(readWordVectors(join(temporary.path, "none.txt"), tokens, 2)).rejects.toBeInstanceOf(UserError);
  });
});

describe("first rows of embeddings", () => {
  const vocabulary = new Tokenizer({ unit: "word", tokens: [...SPECIAL_TOKENS, "cat", "dog", "emu", "fox", "gnu", "hen", "ibex"] });
  const dataOf = (config: ReturnType<typeof configOf>) => ({
    model: modelConfig(config, { source: vocabulary.size, target: vocabulary.size }),
    files: { "tokenizer.json": serializeTokenizer(vocabulary) },
    manifest: {
      task: "translate" as const,
      source: { tokens: "word" as const, file: "tokenizer.json", size: vocabulary.size },
      target: { tokens: "word" as const, file: "tokenizer.json", size: vocabulary.size },
      maxSourceLength: 9,
      maxTargetLength: 9,
    },
  });

  test("are those of the file; the others are drawn", async () => {
    const config = configOf();
    const pretrained = write("hen 1 2 3 4 5 6\ncat 6 5 4 3 2 1\n");
    const own = { ...config, source: { ...config.source, pretrained } };
    const data = dataOf(own);
    const { rows, reports } = await firstRows(own, data);
    expect(reports).toEqual([{ side: "source", file: pretrained, found: 2, missing: 5, repeated: 0 }]);
    for (const create of [createCpuExecutor, createDeviceExecutor]) {
      const [plain, given] = [
        await create({ model: data.model, config, threads: 1 }),
        await create({ model: data.model, config: own, threads: 1, firstRows: rows }),
      ];
      const [drawn, found] = [await plain.state(), await given.state()];
      await plain.close();
      await given.close();
      const expected = Float32Array.from(drawn.get("encoder.embedding.w")!.data);
      expected.set([6, 5, 4, 3, 2, 1], 4 * 6);
      expected.set([1, 2, 3, 4, 5, 6], 9 * 6);
      expect(found.get("encoder.embedding.w")!.data).toEqual(expected);
      expect(found.get("decoder.embedding.w")!.data).toEqual(drawn.get("decoder.embedding.w")!.data);
    }
  });

  test("need an embedding of the side's own", async () => {
    const config = configOf();
    const pretrained = write("cat 1 2 3 4 5 6\n");
    const own = { ...config, target: { ...config.target, pretrained } };
    const { model, ...data } = dataOf(own);
    const shared = { ...model, output: { ...model.output, shared: true } } as typeof model;
    await expect(firstRows(own, { ...data, model: shared })).rejects.toThrow("target.pretrained: the target has no embedding of its own");
  });
});
