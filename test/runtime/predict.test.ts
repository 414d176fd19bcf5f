import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  load,
  pictureInput,
  readBundle,
  Tensor,
  UserError,
  type Drawing,
  type Forecast,
  type Generation,
  type Model,
  type ModelInput,
  type PredictOptions,
  type Score,
} from "@s2s/runtime";
import { openGraph } from "@s2s/runtime/parts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { png } from "../support/png.ts";
import { KINDS, type Kind, LABELS, SERIES, SHAPE, STROKE_SCALE, writeTaskBundle } from "../support/task-bundles.ts";

/** Bundles that the trainer writes, of every kind of input and output; what is expected is computed from their graphs, run by hand on one input. */
let root: string;
const at = (kind: Kind): string => join(root, kind);
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "s2s-predict-"));
  for (const kind of Object.keys(KINDS) as Kind[]) await writeTaskBundle(at(kind), kind);
});
afterAll(() => rm(root, { recursive: true }));

const open: Model[] = [];
afterAll(() => Promise.all(open.map((model) => model.dispose())));
async function opened(kind: Kind, options: Parameters<typeof load>[1] = {}): Promise<Model> {
  const model = await load(at(kind), { worker: false, ...options });
  open.push(model);
  return model;
}

/** What predict.onnx gives for one input. */
async function run(folder: string, feeds: Record<string, Tensor>): Promise<Float32Array> {
  const bundle = await readBundle(folder);
  const session = await openGraph(bundle, bundle.variant.graphs.predict!, { provider: "cpu", threads: 1 });
  const [output] = Object.values(await session.run(feeds));
  await session.release();
  return (output!.data as Float32Array).slice();
}
const ints = (values: readonly number[], shape: readonly number[]): Tensor => new Tensor("int32", Int32Array.from(values), [...shape]);
const floats = (values: ArrayLike<number>, shape: readonly number[]): Tensor =>
  new Tensor("float32", Float32Array.from(values), [...shape]);
const near = (value: unknown, digits = 5): unknown =>
  JSON.parse(JSON.stringify(value), (_, part: unknown) => (typeof part === "number" ? expect.closeTo(part, digits) : part));

const picture = (width: number, height: number, seed: number) => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * 37 * seed + seed) % 256)),
});
const series = (rows: number, seed = 1): number[][] =>
  Array.from({ length: rows }, (_, i) => [40 + ((i * 13 * seed) % 30), (i * 7 * seed) % 5]);

/** Inputs of each kind, some of other lengths. */
const INPUTS: Readonly<Record<Kind, readonly ModelInput[]>> = {
  translate: ["one two", "three", "six five four two"],
  classify: ["abc", "h", "hgfedcba"],
  tag: ["one two three", "six", "five four"],
  generate: ["ab", "", "hgf"],
  forecast: [series(5), series(9, 3), series(5, 2).map(([pm, wind]) => ({ wind: wind!, pm: pm! }))],
  caption: [picture(8, 6, 1), picture(20, 11, 5), picture(3, 3, 9)],
  vector: [[0.1, -2, 3, 0.5, 1], new Float32Array([1, 0, 0, 2, -1]), [0, 0, 0, 0, 0]],
  frames: [[picture(8, 6, 2), picture(4, 4, 3)], [picture(9, 9, 4)], [picture(8, 6, 1), picture(8, 6, 2), picture(8, 6, 3)]],
  draw: ["", "", ""],
  write: ["abc", "h", "dcbaabcd"],
};

describe.each(Object.keys(KINDS) as Kind[])("%s", (kind) => {
  test("answers the same one by one, side by side and in a worker", async () => {
    const [here, away] = [await opened(kind), await opened(kind, { worker: true })];
    expect(away.thread.kind).toBe("worker");
    const alone = [];
    for (const input of INPUTS[kind]) alone.push(await here.predict(input));
    expect(await here.predict(INPUTS[kind] as ModelInput[])).toEqual(near(alone));
    expect(await here.predictAll(INPUTS[kind], { batchSize: 2 })).toEqual(near(alone));
    expect(await away.predictAll(INPUTS[kind])).toEqual(near(alone));
    expect(await here.predictAll([])).toEqual([]);
  });

  test("refuses options that say nothing to it, and misspelt ones", async () => {
    const model = await opened(kind);
    const [input] = INPUTS[kind];
    await expect(model.predict(input!, { tokp: 2 } as PredictOptions)).rejects.toThrow(/^unknown option "tokp": /);
    if (!["translate", "generate", "caption", "vector", "frames"].includes(kind)) {
      await expect(model.predict(input!, { prefix: "a" })).rejects.toThrow(/^prefix says nothing to the task /);
      await expect(model.generate(input!)).rejects.toThrow(/^this model generates no text/);
    }
  });
});

test("a class and the most probable ones are those of the graph", async () => {
  const probabilities = await run(at("classify"), { source: ints([4, 5, 6, 3], [1, 4]), source_lengths: ints([4], [1]) });
  const ranked = LABELS.map((label, i) => ({ label, probability: probabilities[i]! })).toSorted((a, b) => b.probability - a.probability);
  const model = await opened("classify");
  expect(await model.predict("abc", { topK: 3 })).toEqual(near({ ...ranked[0], labels: ranked.slice(0, 3) }));
  expect((await model.predict<"classify">("abc")).labels).toHaveLength(4);
  expect(ranked.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
  await expect(model.predict("abc", { topK: 0 })).rejects.toThrow(/^topK must be a whole number from 1/);
  expect(await model.predict(["abc", "", "abcdefghabcd"])).toEqual([
    expect.objectContaining({ label: ranked[0]!.label }),
    { error: "the text has no token; leave it out" },
    { error: expect.stringMatching(/^the text has 12 tokens and this model reads at most 11/) },
  ]);
});

test("labels stand beside their tokens", async () => {
  const probabilities = await run(at("tag"), { source: ints([4, 6, 1, 3], [1, 4]), source_lengths: ints([4], [1]) });
  const rows = [0, 1, 2].map((i) => Array.from(probabilities.subarray(i * 4, i * 4 + 4)));
  const best = rows.map((row) => Math.max(...row));
  expect(await (await opened("tag")).predict("one three nine")).toEqual(
    near({ tokens: ["one", "three", "nine"], labels: rows.map((row, i) => LABELS[row.indexOf(best[i]!)]), probabilities: best }),
  );
  expect(await (await opened("tag")).predictAll(["one", ""])).toEqual([
    expect.objectContaining({ tokens: ["one"] }),
    { error: "the text has no token; leave it out" },
  ]);
});

describe("a forecast", () => {
  test("is in the units of the series, by column, from the last rows", async () => {
    const rows = series(7, 3);
    const scaled = rows.slice(-5).flatMap((row) => row.map((x, i) => (x - SERIES.inputs[i]!.mean) / SERIES.inputs[i]!.deviation));
    const numbers = await run(at("forecast"), { source: floats(scaled, [1, 5, 2]), source_lengths: ints([5], [1]) });
    const steps = Array.from(numbers, (x) => ({ pm: x * 20 + 50 }));
    const found = await (await opened("forecast")).predict<"forecast">(rows);
    expect(found).toEqual(near({ steps }, 3));
    expect((found as Forecast).steps).toHaveLength(3);
  });

  test.each<[unknown, RegExp]>([
    [series(4), /^the input has 4 rows, but this model looks back upon 5$/],
    [series(5).map(([pm]) => [pm]), /^row 1 has 1 column, but this model takes pm, wind$/],
    [series(6).map((row, i) => (i === 3 ? [Number.NaN, 1] : row)), /^row 4: pm is no number but NaN$/],
    [series(6).map((row, i) => (i === 3 ? [1e39, 1] : row)), /^row 4: pm is 1e\+39, more than a float32 holds$/],
    [series(5).map(([pm]) => ({ pm })), /^row 1 lacks the column "wind": this model takes pm, wind$/],
    [series(5).map(([pm, wind]) => ({ pm, wind, rain: 1 })), /^row 1 has the column "rain", which this model does not know/],
    [["a", "b", "c", "d", "e"], /^row 1 is neither a list of numbers nor an object with pm, wind$/],
  ])("of %j is refused", async (input, message) => {
    const [answer] = await (await opened("forecast")).predictAll([input as ModelInput]);
    expect(answer).toEqual({ error: expect.stringMatching(message) });
  });
});

describe("captions", () => {
  test("of pixels, files, bytes and numbers are the same", async () => {
    const model = await opened("caption");
    const pixels = picture(20, 11, 5);
    const file = join(root, "picture.png");
    await writeFile(file, png(pixels));
    const numbers = pictureInput(pixels, SHAPE);
    const nested = Array.from({ length: 3 }, (_, c) =>
      Array.from({ length: 6 }, (__, y) => Array.from(numbers.subarray((c * 6 + y) * 8, (c * 6 + y + 1) * 8))),
    );
    const answer = await model.generate(pixels);
    expect(answer.text).toMatch(/^[a-h<>unk]*$/);
    expect(answer.tokens.length).toBeGreaterThan(0);
    for (const input of [file, new Uint8Array(png(pixels)), numbers, nested]) expect(await model.generate(input)).toEqual(answer);
    expect(await model.generate([pixels, picture(8, 6, 1)], { beams: 2 })).toHaveLength(2);
    let text = "";
    for await (const piece of model.stream(file)) text += piece.text;
    expect(text).toBe(answer.text);
    const [score] = await model.score([[file, answer.text]]);
    if (!answer.truncated) expect(score).toMatchObject({ score: expect.closeTo(answer.score, 4) });
    const refused = await model.predictAll([join(root, "none.png"), new Uint8Array([1, 2]), [[[2]]], new Float32Array(3)]);
    expect(refused).toEqual([
      { error: expect.stringMatching(/none\.png: is missing$/) },
      { error: expect.stringMatching(/^the picture: is no image/) },
      ...Array.from({ length: 2 }, () => ({ error: "the picture must be pixels or numbers from 0 to 1 [3, 6, 8]" })),
    ]);
    await expect(model.generate(join(root, "none.png"))).rejects.toThrow(UserError);
  });

  test("of vectors and frames say what is wrong with them", async () => {
    const [vector, frames] = [await opened("vector"), await opened("frames")];
    expect(await vector.predictAll([[1, 2], [1, 2, 3, 4, Number.NaN], "abc"])).toEqual([
      { error: "the input has 2 numbers, but this model takes 5: give one list of numbers" },
      { error: "the input has at place 5 no number but NaN: give one list of numbers" },
      { error: "the input is no list of numbers: give one list of numbers" },
    ]);
    expect(await frames.predictAll([Array(6).fill(picture(2, 2, 1)), [], picture(2, 2, 1)])).toEqual([
      { error: "the input has 6 steps and this model reads at most 5: shorten it" },
      { error: "the input has no steps: give at least one" },
      { error: "the input is no list of pictures: give one for each step" },
    ]);
    const { attention, tokens, truncated } = await frames.generate(INPUTS.frames[2]!, { attention: true });
    expect(attention).toHaveLength(tokens.length + (truncated ? 0 : 1));
    for (const row of attention!) expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
    expect(attention![0]).toHaveLength(3);
  });
});

describe("a language model", () => {
  test("goes on with a prompt, with the score that its tokens have", async () => {
    const model = await opened("generate");
    const answer = await model.generate("hg", { maxLength: 8 });
    expect(answer.text.startsWith("hg")).toBe(true);
    const free = await model.generate("", { maxLength: 8 });
    expect(free).toMatchObject({ score: expect.any(Number) });
    expect((await model.generate("", { maxLength: 8, minLength: 3 })).tokens.length).toBeGreaterThanOrEqual(3);
    const together = (await model.generate(["hg", ""], { maxLength: 8 })) as Generation[];
    expect(together).toEqual(near([answer, free]));
    const [whole, rest] = (await model.score([
      ["", "hgab"],
      ["hg", "ab"],
    ])) as Score[];
    const [begin] = (await model.score([["", "hg"]])) as Score[];
    // p(hgab) = p(hg) p(ab | hg), the end counted once.
    const prefix = begin!.tokens[0]!.logProbability + begin!.tokens[1]!.logProbability;
    expect(whole!.score).toBeCloseTo(prefix + rest!.score, 5);
    expect(rest!.tokens.map(({ token }) => token)).toEqual(["a", "b", "</s>"]);
  });

  test("samples differ by seed and prompt, and not by company", async () => {
    const model = await opened("generate");
    const options = { temperature: 1.5, maxLength: 9, nBest: 2 } as const;
    const first = await model.generate("a", options);
    expect(first.nBest).toHaveLength(2);
    expect(await model.generate(["b", "a"], options)).toMatchObject([{}, near(first) as object]);
    expect(await model.generate("a", { ...options, seed: 9 })).not.toEqual(first);
  });

  test("refuses unknown letters, prompts that are too long, and a prefix", async () => {
    const model = await opened("generate");
    expect(await model.generate(["xyz", "abcdefghabcdefgh"])).toEqual([
      { error: 'the prompt holds "x","y","z", not in the model\'s vocabulary' },
      { error: expect.stringMatching(/^the text has 16 tokens/) },
    ]);
    await expect(model.generate("a", { prefix: "b" })).rejects.toThrow(/^prefix: a language model's answer begins with the prompt/);
  });
});

test("options of other tasks say nothing to a model, and a name is suggested only where it is much alike", async () => {
  const refused = async (kind: Kind, options: object) =>
    (await opened(kind)).predict("abc", options as PredictOptions).catch((error: unknown) => (error as Error).message);
  expect(await refused("classify", { beams: 3 })).toBe("beams says nothing to the task classify: leave it out");
  expect(await refused("forecast", { temperature: 1 })).toBe("temperature says nothing to the task forecast: leave it out");
  expect(await refused("translate", { bias: 1 })).toBe("bias says nothing to the task translate: leave it out");
  expect(await refused("classify", { topk: 1 })).toBe('unknown option "topk": did you mean topK?');
  expect(await refused("classify", { colour: 1 })).toBe('unknown option "colour": the options are topK, batchSize');
  expect(await refused("classify", { beams: undefined })).toMatchObject({ label: expect.any(String) });
});

describe("drawings", () => {
  test("out of nothing take no text, which would not be read", async () => {
    const answers = await (await opened("draw")).predictAll(["", "word"], { maxLength: 3 });
    expect(answers).toEqual([
      expect.objectContaining({ svg: expect.any(String) }),
      { error: 'this model draws from nothing and reads no text: leave it out, or give ""' },
    ]);
  });

  test("are a function of seed and text, of at most maxLength points, at the scale of the data", async () => {
    const model = await opened("write");
    const drawing = await model.predict<"draw">("abc");
    expect(drawing.strokes.length).toBeLessThanOrEqual(20);
    expect(await model.predict("abc")).toEqual(drawing);
    expect(await model.predict("abc", { seed: 2 })).not.toEqual(drawing);
    expect(await model.predict("abd")).not.toEqual(drawing);
    expect(((await model.predict("abc", { maxLength: 3 })) as Drawing).strokes).toEqual(near(drawing.strokes.slice(0, 3)));
    expect(drawing.svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="[^"]+"><path d="M[-\dMLh. e]+"/);
    await expect(model.predict("abc", { bias: -1 })).rejects.toThrow(/^bias must be a number from 0 to 10, not -1/);
    await expect(model.predict("abc", { temperature: 101 })).rejects.toThrow(/^temperature must be/);
  });

  test("begin at the density of the first step, and at temperature 0 with its heaviest mean", async () => {
    const bundle = await readBundle(at("draw"));
    const session = await openGraph(bundle, bundle.variant.graphs.decoder!, { provider: "cpu", threads: 1 });
    const feeds: Record<string, Tensor> = { stroke: floats([0, 0, 1], [1, 3]) };
    for (const { input, shape } of bundle.manifest.states)
      feeds[input] = floats(Array(Number(shape[0])).fill(0), [1, ...(shape as number[])]);
    const density = (await session.run(feeds))["mixture"]!.data as Float32Array;
    const heaviest = [0, 1, 2].reduce((best, k) => (density[6 * k]! > density[6 * best]! ? k : best), 0);
    const { strokes } = (await (await opened("draw")).predict("", { temperature: 0, maxLength: 1 })) as Drawing;
    expect(strokes).toEqual([
      [
        expect.closeTo(density[6 * heaviest + 1]! * STROKE_SCALE, 4),
        expect.closeTo(density[6 * heaviest + 2]! * STROKE_SCALE, 4),
        density[18]! >= Math.max(density[19]!, density[20]!) ? 0 : 1,
      ],
    ]);
    await session.release();
  });
});

describe("words that the model does not know", () => {
  test("become the source's word that was looked at most", async () => {
    const model = await opened("translate");
    const options = { temperature: 5, nBest: 30, maxLength: 6, attention: true } as const;
    const plain = await model.generate("zwölf two drei", options);
    const replaced = await model.generate("zwölf two drei", { ...options, replaceUnknown: true });
    const source = ["zwölf", "two", "drei"];
    let unknown = 0;
    for (const [i, { tokens, attention }] of plain.nBest!.entries()) {
      const expected = tokens.map((token, at) => {
        if (token !== "<unk>") return token;
        unknown += 1;
        const weights = attention![at]!.slice(0, 3);
        return source[weights.indexOf(Math.max(...weights))];
      });
      expect(replaced.nBest![i]).toMatchObject({ tokens: expected, text: expected.join(" ") });
    }
    expect(unknown).toBeGreaterThan(0);
    const one = { temperature: 5, maxLength: 6, minLength: 5, replaceUnknown: true } as const;
    let seen = 0;
    for (let seed = 1; seed < 20; seed += 1) {
      const bare = await model.generate("zwölf two drei", { ...one, seed });
      expect(bare).not.toHaveProperty("attention");
      if (/zwölf|drei/.test(bare.text)) seen += 1;
      let streamed = "";
      for await (const piece of model.stream("zwölf two drei", { ...one, seed })) streamed += piece.text;
      expect(streamed).toBe(bare.text);
    }
    expect(seen).toBeGreaterThan(0);
  });

  test("stay where nothing is looked at, which is said", async () => {
    await expect((await opened("generate")).generate("a", { replaceUnknown: true })).rejects.toThrow(
      /^replaceUnknown takes words of the source/,
    );
    await expect((await opened("vector")).generate([0, 0, 0, 0, 0], { replaceUnknown: true })).rejects.toThrow(
      /^replaceUnknown takes words/,
    );
    await expect((await opened("translate")).generate("one", { replaceUnknown: 1 as never })).rejects.toThrow(
      /^replaceUnknown must be true or false, not 1/,
    );
  });
});

describe("an ensemble", () => {
  test("gives each token the mean of its members' probabilities", async () => {
    const others = [join(root, "translate-2"), join(root, "translate-3")];
    for (const [i, folder] of others.entries()) await writeTaskBundle(folder, "translate", i + 2);
    const model = await opened("translate", { ensemble: others });
    const members = [await opened("translate"), ...(await Promise.all(others.map((folder) => load(folder, { worker: false }))))];
    open.push(...members.slice(1));
    const pair = ["one two", "three six"] as const;
    const [score] = (await model.score([pair])) as Score[];
    const each = await Promise.all(members.map(async (member) => (await member.score([pair]))[0] as Score));
    for (const [i, { logProbability }] of score!.tokens.entries()) {
      const mean = each.reduce((sum, one) => sum + Math.exp(one.tokens[i]!.logProbability), 0) / 3;
      expect(Math.exp(logProbability)).toBeCloseTo(mean, 5);
    }
    const best = await model.generate("one two", { beams: 3, attention: true });
    expect(best.attention![0]).toHaveLength(3);
    const [again] = await model.score([["one two", best.text]]);
    if (!best.truncated) expect(again).toMatchObject({ score: expect.closeTo(best.score, 4) });
    const away = await opened("translate", { ensemble: others, worker: true });
    expect(await away.generate("one two", { temperature: 1, seed: 3 })).toEqual(
      near(await model.generate("one two", { temperature: 1, seed: 3 })),
    );
  });

  test("of what answers at once gives the mean of that", async () => {
    const other = join(root, "classify-2");
    await writeTaskBundle(other, "classify", 5);
    const feeds = { source: ints([4, 5, 3], [1, 3]), source_lengths: ints([3], [1]) };
    const [a, b] = [await run(at("classify"), feeds), await run(other, feeds)];
    const { labels } = await (await opened("classify", { ensemble: [other] })).predict<"classify">("ab");
    expect(Object.fromEntries(labels.map(({ label, probability }) => [label, probability]))).toEqual(
      near(Object.fromEntries(LABELS.map((label, i) => [label, (a[i]! + b[i]!) / 2]))),
    );
  });

  test("of models that differ, and of drawings, is refused in a line", async () => {
    await expect(load(at("translate"), { worker: false, ensemble: [at("generate")] })).rejects.toThrow(
      /generate\/s2s\.json: has another task than .*translate\/s2s\.json; an ensemble's members must have the same$/,
    );
    await expect(load(at("vector"), { worker: false, ensemble: [at("caption")] })).rejects.toThrow(/has another form of the input than/);
    await expect(load(at("draw"), { worker: false, ensemble: [at("draw")] })).rejects.toThrow(/drawings cannot be averaged/);
    await expect(load(at("draw"), { worker: false, ensemble: at("draw") as never })).rejects.toThrow(/^ensemble must be a list/);
  });
});
