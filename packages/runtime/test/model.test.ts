import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { UserError } from "../src/errors.ts";
import { load } from "../src/load.ts";
import type { Score } from "../src/engine/service.ts";
import type { GenerateOptions, Model, StreamPiece } from "../src/model.ts";
import type { Session } from "../src/ort.ts";
import { countDown, LETTERS, seal, writeCountdown } from "./countdown.ts";

const sessions = vi.hoisted((): Session[] => []);
vi.mock(import("../src/ort.ts"), async (original) => {
  const ort = await original();
  return {
    ...ort,
    createSession: async (...args: Parameters<typeof ort.createSession>) => {
      const session = await ort.createSession(...args);
      sessions.push(session);
      return session;
    },
  };
});

const root = mkdtempSync(join(tmpdir(), "s2s-model-"));
afterAll(() => rmSync(root, { recursive: true }));

/** A released session refuses to be released again. */
async function expectAllReleased(count: number): Promise<void> {
  expect(sessions).toHaveLength(count);
  for (const session of sessions) await expect(session.release()).rejects.toThrow(/disposed/);
}
beforeEach(() => void (sessions.length = 0));

describe("generate", () => {
  let model: Model;
  beforeAll(async () => {
    writeCountdown(join(root, "char"));
    model = await load(join(root, "char"), { threads: 1, worker: false });
  });
  afterAll(() => model.dispose());

  test("a text gets one answer", async () => {
    const answer = await model.generate("c");
    expect(answer).toEqual({
      text: "fedcba",
      tokens: [..."fedcba"],
      truncated: false,
      score: expect.any(Number),
      penalizedScore: expect.closeTo(answer.score / 2, 12), // lp(7) = (5 + 7) / 6
    });
    expect(answer.score).toBeLessThan(0);
    expect(await model.generate("c")).toEqual(answer);
  });

  test("texts get the answers of the definition, however they are batched, with the scores that each gets alone", async () => {
    const text = fc.array(fc.constantFrom(...LETTERS, "?", "\u{1F600}"), { maxLength: 7 }).map((letters) => letters.join(""));
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 9 }), fc.integer({ min: 1, max: 4 }), async (texts, batchSize) => {
        const answers = await model.generate(texts, { batchSize });
        expect(answers).toHaveLength(texts.length);
        for (const [i, answer] of answers.entries()) {
          const given = texts[i] ?? "";
          expect(answer).toEqual(await model.generate(given));
          if (given !== "") expect(answer).toMatchObject(countDown(given));
        }
      }),
      { numRuns: 40 },
    );
  });

  test("the greatest length cuts off, and says so", async () => {
    expect(await model.generate("c", { maxLength: 4 })).toMatchObject({ text: "fedc", truncated: true });
    expect(await model.generate("c", { maxLength: 6 })).toMatchObject({ text: "fedcba", truncated: true });
    expect(await model.generate("c", { maxLength: 7 })).toMatchObject({ text: "fedcba", truncated: false });
    expect((await model.generate("ab")).tokens).toHaveLength(20);
    await expect(model.generate("c", { maxLength: 0 })).rejects.toThrow(UserError);
  });

  test("an empty text gets an empty answer", async () => {
    const empty = { text: "", score: 0, penalizedScore: 0, tokens: [], truncated: false };
    expect(await model.generate("")).toEqual(empty);
    expect(await model.generate(["", "c", ""])).toEqual([empty, await model.generate("c"), empty]);
    expect(await model.generate([])).toEqual([]);
  });

  test("a text that is too long is refused alone", async () => {
    const message = 'the text has 8 tokens and this model reads at most 7: "abcdefgh"; shorten or split it';
    await expect(model.generate("abcdefgh")).rejects.toThrow(new UserError(message));
    expect(await model.generate(["c", "abcdefgh", "abcdefg"])).toMatchObject([
      { text: "fedcba" },
      { error: message },
      countDown("abcdefg"),
    ]);
  });

  test("a text of marks alone is refused before it takes minutes to normalise", async () => {
    const marks = `a${"\u0301\u0316".repeat(500_000)}`;
    const begin = performance.now();
    await expect(model.generate(marks)).rejects.toThrow(/^the text has 100 or more combining marks in a row/);
    await expect(model.generate("c", { prefix: marks })).rejects.toThrow(/^prefix has 100 or more combining marks in a row/);
    expect(performance.now() - begin).toBeLessThan(2000);
  });

  test("prefix, n-best and samples come as the search gives them", async () => {
    expect((await model.generate("c", { prefix: "fd" })).text).toBe("fdcba");
    const { nBest, ...best } = await model.generate("c", { beams: 3, nBest: 2 });
    expect(nBest).toEqual([best, expect.objectContaining({ text: expect.any(String) })]);
    expect(best.text).toBe("fedcba");
    expect(nBest?.[1]?.penalizedScore).toBeLessThan(best.penalizedScore);
    const sampled = { temperature: 50, seed: 3 };
    expect(await model.generate("c", sampled)).toEqual(await model.generate("c", sampled));
    expect(await model.generate(["c", ""], { beams: 2, nBest: 2 })).toMatchObject([
      { nBest: [{}, {}] },
      { text: "", nBest: [{ text: "" }] },
    ]);
  });

  test.each<[GenerateOptions, RegExp]>([
    [{ beams: 0 }, /^beams must be a whole number from 1 to 1024, not 0$/],
    [{ beams: 2, temperature: 1 }, /^beams is 2, but temperature/],
    [{ attention: true }, /^attention needs a model that attends/],
    [{ prefix: 7 as never }, /^prefix must be a text, not number$/],
    [{ prefix: "fé?é" }, /^prefix holds "é","\?", not in the model's vocabulary$/],
    [{ beam: 4 } as never, /^unknown option "beam": did you mean beams\?$/],
    [{ MaxLenght: 4 } as never, /^unknown option "MaxLenght": did you mean maxLength\?$/],
    [null as never, /^the options must be an object$/],
  ])("%j is refused", async (options, message) => {
    const error = await model.generate("c", options).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(message);
  });

  test("given targets are scored as generated ones are, token by token", async () => {
    const { text, tokens, score } = await model.generate("c");
    const [known, other, refused, empty] = await model.score([
      ["c", text],
      ["c", "fedcb"],
      ["abcdefgh", "a"],
      ["", "a"],
    ]);
    expect(known).toEqual({
      score: expect.closeTo(score, 12),
      tokens: [...tokens, "</s>"].map((token) => ({ token, logProbability: expect.any(Number) })),
    });
    const sum = (known as Score).tokens.reduce((total, { logProbability }) => total + logProbability, 0);
    expect(sum).toBeCloseTo(score, 12);
    expect((other as Score).score).toBeLessThan(score);
    expect(refused).toEqual({ error: expect.stringMatching(/^the text has 8 tokens/) });
    expect(empty).toEqual({ error: expect.stringMatching(/no token/) });
  });

  test("what is no text, no list of texts or no list of pairs is refused", async () => {
    const refused: [Promise<unknown>, RegExp][] = [
      [model.generate(5 as never), /^texts are given as a text or a list of texts, not as number$/],
      [(model.generate as () => Promise<unknown>).call(model), /not as undefined$/],
      [model.generate(["a", 5] as never), /^a source must be a text, not number$/],
      [model.stream(5 as never).next(), /^a source must be a text, not number$/],
      [model.stream("a", { beam: 4 } as never).next(), /^unknown option "beam": did you mean beams\?$/],
      [model.stream("a", null as never).next(), /^the options must be an object$/],
      [model.score(["ab", "cd"] as never), /^pair 1 must be \[source, target\]$/],
      [model.score([["a", "b"], ["c"]] as never), /^pair 2 must be/],
      [model.score([["a", 5]] as never), /^a target must be a text, not number$/],
      [model.score("ab" as never), /^pairs are given as \[\[source, target\], \.\.\.\], not as string$/],
      [model.score([], { batchsize: 4 } as never), /^unknown option "batchsize": did you mean batchSize\?$/],
      [model.score([], null as never), /^the options must be an object$/],
      [load(join(root, "char"), { devise: "cpu" } as never), /^unknown option "devise": did you mean device\?$/],
      [load(join(root, "char"), null as never), /^the options must be an object$/],
    ];
    for (const [work, message] of refused) {
      const error = await work.catch((e: unknown) => e);
      expect(error).toBeInstanceOf(UserError);
      expect((error as Error).message).toMatch(message);
    }
  });

  test("calls at the same time queue up and keep their answers", async () => {
    const texts = [..."abcdef"];
    const answers = await Promise.all(texts.map((text) => model.generate(text)));
    expect(answers.map(({ tokens }) => tokens)).toEqual(texts.map((text) => countDown(text).tokens));
  });
});

describe("stream", () => {
  async function collect(pieces: AsyncIterable<StreamPiece>): Promise<StreamPiece[]> {
    const collected: StreamPiece[] = [];
    for await (const piece of pieces) collected.push(piece);
    return collected;
  }

  test.each([
    ["char", "c", "fedcba"],
    ["word", "c", "f e d c b a"],
    ["char", "", ""],
  ] as const)("gives the %s tokens of %j one by one, and the whole answer at the end", async (tokens, source, text) => {
    const folder = join(root, `stream-${tokens}`);
    writeCountdown(folder, { tokens });
    const model = await load(folder, { worker: false });
    const pieces = await collect(model.stream(source));
    expect(pieces.map((piece) => piece.text).join("")).toBe(text);
    expect(pieces.flatMap((piece) => piece.tokens)).toEqual(text.replaceAll(" ", "").split(""));
    expect(pieces.length).toBeGreaterThanOrEqual(text.replaceAll(" ", "").length);
    expect(pieces.at(-1)).toEqual({ text: "", tokens: [], result: await model.generate(source) });
    await model.dispose();
  });

  test("leaving the loop stops the work, and the model goes on", async () => {
    writeCountdown(join(root, "long"), { maxTargetLength: 100_000 });
    const model = await load(join(root, "long"), { worker: false });
    // "ab" alternates for ever.
    for await (const { tokens } of model.stream("ab")) {
      expect(tokens).toHaveLength(1);
      break;
    }
    expect((await model.generate("c")).text).toBe("fedcba");
    await expect(collect(model.stream("ab", { signal: AbortSignal.timeout(30) }))).rejects.toThrow(/timeout/);
    await expect(collect(model.stream("c", { beams: 2 }))).rejects.toThrow(/^beams is 2, but tokens can be given one by one only/);
    await expect(collect(model.stream("abcdefgh"))).rejects.toThrow(UserError);
    await model.dispose();
  });
});

test("an abort rejects at once, whatever the call waits for", async () => {
  writeCountdown(join(root, "abort"), { maxTargetLength: 100_000 });
  const model = await load(join(root, "abort"), { worker: false });
  const controller = new AbortController();
  const running = model.generate("ab", { signal: controller.signal });
  const waiting = model.generate("ab", { signal: controller.signal });
  const after = model.generate("c");
  setTimeout(() => controller.abort(new Error("enough")), 20);
  const settled = await Promise.allSettled([running, waiting, after]);
  expect(settled).toMatchObject([
    { status: "rejected", reason: new Error("enough") },
    { status: "rejected", reason: new Error("enough") },
    { status: "fulfilled", value: { text: "fedcba" } },
  ]);
  await expect(model.generate("c", { signal: controller.signal })).rejects.toThrow("enough");
  await expect(load(join(root, "abort"), { worker: false, signal: controller.signal })).rejects.toThrow("enough");
  await model.dispose();
});

test("words: white space parts them, and a special token that a user types is unknown", async () => {
  writeCountdown(join(root, "word"), { tokens: "word", maxSourceLength: 3 });
  const model = await load(join(root, "word"), { worker: false });
  expect(await model.generate(" c ")).toMatchObject({ text: "f e d c b a", tokens: [..."fedcba"] });
  expect(await model.generate(" \t")).toMatchObject({ text: "", tokens: [] });
  expect(await model.generate("c </s>")).toEqual(await model.generate("c nonsense"));
  await expect(model.generate("a b c")).rejects.toThrow(/has 3 tokens and this model reads at most 2/);
  await model.dispose();
});

describe("life", () => {
  const folder = join(root, "life");
  beforeEach(() => void writeCountdown(folder));
  afterEach(() => rmSync(folder, { recursive: true }));

  test("dispose waits for the calls under way, releases both sessions, and may be called twice", async () => {
    const model = await load(folder, { worker: false });
    const answers = model.generate(["a", "b", "c"]);
    await Promise.all([model.dispose(), model.dispose()]);
    expect(await answers).toHaveLength(3);
    await expectAllReleased(2);
    await expect(model.generate("a")).rejects.toThrow(/disposed/);
  });

  test("a decoder that is not what the manifest says leaves no session behind", async () => {
    const manifest = writeCountdown(folder);
    const [variant] = manifest.variants;
    const { decoder } = variant!.graphs;
    seal(folder, {
      ...manifest,
      variants: [{ ...variant!, graphs: { ...variant!.graphs, decoder: { ...decoder!, file: "encoder.onnx" } } }],
    });
    await expect(load(folder, { worker: false })).rejects.toThrow(/encoder\.onnx: token is not int32 \[B\], as the manifest says/);
    await expectAllReleased(2);
  });

  test("weights that are no numbers are said to be so", async () => {
    writeCountdown(folder, { weights: new Float32Array(20).fill(Number.NaN) });
    const model = await load(folder, { worker: false });
    await expect(model.generate("a")).rejects.toThrow(/not finite numbers/);
    await model.dispose();
  });

  test.each([0, 1.5, -1, 1e9, Number.NaN])("%d threads are refused", async (threads) => {
    await expect(load(folder, { threads })).rejects.toThrow(/^threads must be a whole number from 1 to 1024/);
  });

  test("an unknown device is refused, and the known ones are named", async () => {
    await expect(load(folder, { device: "gpu" })).rejects.toThrow(
      new UserError('unknown device "gpu": in Node choose one of auto, cpu, cuda, webgpu, wasm'),
    );
  });
});
