import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load, SPECIAL_TOKENS, Tokenizer, UserError, type Generation, type GenerateOptions, type Model } from "@s2s/runtime";
import { buildInferenceGraphs, exportBundle, modelConfig, resolveConfig, textSides } from "@s2s/trainer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drawnWeights } from "../support/drawn-weights.ts";
import { packSingleFile } from "../../packages/trainer/src/export/single-file.ts";

/** A bundle that the trainer wrote, with weights of decided opinion: whichever of its graphs answers, the answers are the same. */
const LETTERS = "abcdefghijklmnop";
const MAX_LENGTH = 12;
const texts = ["a", "", "nope", "abcdefghijkl", "ab", "ponmlk", "c", "dd", "mmmmmmm", "hello"];

let root: string;
let folder: string;
let file: string;
/** Its readout has a number that is none, as after a training that diverged. */
let diverged: string;
/** What it makes of some tokens is no number. */
let halfDiverged: string;
/** Attends to its source, and hands on what it gave and where it looked. */
let attending: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "s2s-graphs-"));
  folder = join(root, "folder");
  const single = join(root, "single");
  const tokenizer = new Tokenizer({ unit: "char", tokens: [...SPECIAL_TOKENS, ...LETTERS] });
  const side = { embedding: 9, hidden: 13, layers: 2 };
  const size = { source: tokenizer.size, target: tokenizer.size };
  const modelOf = (decoder: object) => modelConfig(resolveConfig({ encoder: side, decoder: { ...side, ...decoder } }, "test"), size);
  const model = modelOf({});
  const weights = drawnWeights(model, 3, 5);
  const text = { tokenizer, maxLength: MAX_LENGTH + 1 };
  const { manifest, files } = textSides({ source: text, target: { ...text, maxLength: MAX_LENGTH } });
  const parts = { model, weights, manifest: { task: "translate" as const, ...manifest }, files, training: {} };
  diverged = join(root, "diverged");
  /** Weights of which some are no numbers. */
  const broken = (name: string, fails: (i: number) => boolean) => {
    const { shape, data } = weights.get(name)!;
    return new Map([...weights, [name, { shape, data: Float32Array.from(data, (w, i) => (fails(i) ? Number.NaN : w)) }]]);
  };
  await exportBundle(diverged, { ...parts, weights: broken("decoder.readout.b", (i) => i === 7) }, buildInferenceGraphs);
  halfDiverged = join(root, "half-diverged");
  // Rows of the tokens with odd ids.
  const half = broken("decoder.embedding.w", (i) => Math.floor(i / side.embedding) % 2 === 1);
  await exportBundle(halfDiverged, { ...parts, weights: half }, buildInferenceGraphs);
  attending = join(root, "attending");
  const looks = modelOf({ attention: "general", inputFeeding: true, coverage: true });
  await exportBundle(attending, { ...parts, model: looks, weights: drawnWeights(looks, 3, 5) }, buildInferenceGraphs);
  await exportBundle(folder, parts, buildInferenceGraphs);
  await packSingleFile(single, await exportBundle(single, parts, buildInferenceGraphs), weights, "float32");
  file = join(single, "generate.onnx");
});
afterAll(() => rm(root, { recursive: true }));

const open: Model[] = [];
afterAll(async () => {
  for (const model of open) await model.dispose();
});
async function opened(...args: Parameters<typeof load>): Promise<Model> {
  const model = await load(...args);
  open.push(model);
  return model;
}

/** generate.onnx sums in float32, search in float64. */
const near = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, part: unknown) => (typeof part === "number" ? expect.closeTo(part, 4) : part));

describe.each([
  ["cpu", "plain"],
  ["wasm", "plain"],
  ["cpu", "attending"],
  ["wasm", "attending"],
])("on %s, %s", (device, kind) => {
  let model: Model;
  beforeAll(async () => {
    model = await opened(kind === "plain" ? folder : attending, { device, worker: false });
  });

  test.each<GenerateOptions>([
    {},
    { maxLength: 3 },
    { batchSize: 2 },
    { beams: 4, nBest: 4 },
    { beams: 4, nBest: 2, batchSize: 9, lengthPenalty: 0 },
    { beams: 3, lengthPenalty: 2, maxLength: 5 },
  ])("generate.onnx gives what the search over single steps gives: %j", async (options) => {
    const whole = await model.generate(texts, options);
    // An option that generate.onnx has not, and that changes nothing.
    const steps = await model.generate(texts, { ...options, noRepeatNgram: 50 });
    expect(whole).toEqual(near(steps));
    for (const [i, text] of texts.entries()) expect(whole[i]).toEqual(near(await model.generate(text, options)));
  });
});

test.each<GenerateOptions>([{}, { beams: 4, nBest: 2 }])(
  "a model that diverged says so, whichever of its graphs answers: %j",
  async (options) => {
    const model = await opened(diverged, { worker: false });
    for (const steps of [{}, { noRepeatNgram: 50 }])
      for (const texts of ["abc", ["a", "abcdef"]] as string[]) {
        const error = await model.generate(texts, { ...options, ...steps }).catch((e: unknown) => e);
        expect(error).toBeInstanceOf(UserError);
        expect((error as Error).message).toMatch(/^the model's outputs are not finite numbers/);
      }
  },
);

test.each(texts.filter((text) => text !== ""))(
  "a beam of which some hypotheses are no numbers is refused, whichever graphs answer, where the search in single steps refuses it: %j",
  async (text) => {
    const model = await opened(halfDiverged, { worker: false });
    for (const beams of [2, 3, 5]) {
      const outcome = (options: GenerateOptions) =>
        model.generate(text, { beams, maxLength: 4, ...options }).catch((e: Error) => e.message);
      expect(await outcome({})).toEqual(near(await outcome({ noRepeatNgram: 50 })));
    }
  },
);

test("streamed pieces are the answer, and given targets have the score that generated ones have", async () => {
  const model = await opened(folder);
  for (const text of texts) {
    const answer = await model.generate(text);
    let streamed = "";
    let result: Generation | undefined;
    for await (const piece of model.stream(text)) {
      streamed += piece.text;
      result = piece.result;
    }
    expect(streamed).toBe(answer.text);
    expect(result).toEqual(near(answer));
    if (text === "" || answer.truncated || answer.tokens.includes("<unk>")) continue;
    const [score] = await model.score([[text, answer.text]]);
    expect(score).toMatchObject({ score: expect.closeTo(answer.score, 4) });
  }
});

test("a model in one file answers with generate.onnx alone, in the same words, and refuses what needs single steps", async () => {
  const [whole, model] = [await opened(folder), await opened(file)];
  for (const options of [{}, { beams: 3, nBest: 3 }])
    expect(await model.generate(texts, options)).toEqual(near(await whole.generate(texts, options)));
  const refusal = /a model in one file generates with maxLength, beams, nBest and lengthPenalty alone/;
  for (const options of [{ minLength: 2 }, { noRepeatNgram: 2 }, { prefix: "a" }, { temperature: 1 }])
    await expect(model.generate("ab", options)).rejects.toThrow(refusal);
  await expect(model.score([["ab", "c"]])).rejects.toThrow(refusal);
  await expect(model.stream("ab").next()).rejects.toThrow(refusal);
  expect((await model.generate("ab")).text).not.toBe("");
});

test("files in memory give what the folder gives, in a thread and in the calling one", async () => {
  const { files } = JSON.parse(await readFile(join(folder, "s2s.json"), "utf8")) as { files: { name: string }[] };
  const contents = await Promise.all(
    ["s2s.json", ...files.map(({ name }) => name)].map(async (name) => [name, await readFile(join(folder, name))]),
  );
  const source = Object.fromEntries(contents) as Record<string, Uint8Array>;
  const expected = await (await opened(folder)).generate(texts);
  expect(await (await opened(source)).generate(texts)).toEqual(expected);
  const blobs = Object.fromEntries(Object.entries(source).map(([name, bytes]) => [name, new Blob([new Uint8Array(bytes)])]));
  expect(await (await opened(blobs, { worker: false })).generate(texts)).toEqual(expected);
});

test("of a precision that is not there it is said which there are", async () => {
  await expect(load(folder, { precision: "float16", worker: false })).rejects.toThrow(UserError);
  await expect(load(folder, { precision: "float16", worker: false })).rejects.toThrow(/float32/);
  expect((await opened(folder, { precision: "float32" })).precision).toBe("float32");
});
