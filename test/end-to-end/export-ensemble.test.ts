import { readdirSync } from "node:fs";
import { type Generation, load, type Model, readBundle, UserError } from "@s2s/runtime";
import { exportRun } from "@s2s/trainer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Kind, SERIES, SHAPE, writeTaskBundle } from "../support/task-bundles.ts";
import { Workplace } from "../support/workplace.ts";

const place = await Workplace.create();
const COUNT = 3;
const KINDS = ["translate", "classify", "tag", "forecast", "generate", "caption"] as const satisfies readonly Kind[];
const SENTENCES = ["one two three", "six", "four four one five", "two seven one"];

const memberOf = (kind: Kind, member: number): string => place.path(`${kind}-${member}`);
const bundleOf = (kind: Kind): string => place.path(`${kind}-all`);
const othersOf = (kind: Kind): string[] => Array.from({ length: COUNT - 1 }, (_, i) => memberOf(kind, i + 1));
const open: Model[] = [];
const opened = async (...[source, options = {}]: Parameters<typeof load>): Promise<Model> => {
  const model = await load(source, { worker: false, ...options });
  open.push(model);
  return model;
};
/** The members, averaged by the runtime, and the bundle that averages them itself. */
const both = async (kind: Kind): Promise<[Model, Model]> => [
  await opened(memberOf(kind, 0), { ensemble: othersOf(kind) }),
  await opened(bundleOf(kind)),
];

beforeAll(async () => {
  for (const kind of KINDS) {
    for (let member = 0; member < COUNT; member += 1) await writeTaskBundle(memberOf(kind, member), kind, member + 1);
    await exportRun(memberOf(kind, 0), { out: bundleOf(kind), ensemble: othersOf(kind) });
  }
});
afterAll(async () => {
  for (const model of open) await model.dispose();
});

/** Numbers of answers may differ in their last digits. */
const near = (value: unknown): unknown => {
  if (typeof value === "number") return expect.closeTo(value, 5);
  if (Array.isArray(value)) return value.map(near);
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, near(each)]));
  return value;
};

describe("models in one graph answer as they do one by one, averaged by the runtime:", () => {
  test.each([1, 4])("every text and score of a search with %d beams, in generate.onnx and step by step", async (beams) => {
    const [averaged, whole] = await both("translate");
    for (const sentence of SENTENCES) {
      const expected = await averaged.generate(sentence, { beams, nBest: beams });
      expect(await whole.generate(sentence, { beams, nBest: beams })).toEqual(near(expected));
      // Only decoder.onnx gives attention.
      const attending = { beams, nBest: beams, attention: true };
      expect(await whole.generate(sentence, attending)).toEqual(near(await averaged.generate(sentence, attending)));
    }
  });

  test("scores of given targets", async () => {
    const [averaged, whole] = await both("translate");
    const pairs = SENTENCES.map((sentence) => [sentence, "three two"] as const);
    expect(await whole.score(pairs)).toEqual(near(await averaged.score(pairs)));
  });

  test("texts that go on, of language models", async () => {
    const [averaged, whole] = await both("generate");
    const options = { temperature: 1.2, seed: 5, maxLength: 9 };
    expect(await whole.generate("ab", options)).toEqual(near(await averaged.generate("ab", options)));
  });

  const picture = Array.from({ length: SHAPE.channels }, (_, c) =>
    Array.from({ length: SHAPE.height }, (_row, y) => Array.from({ length: SHAPE.width }, (_column, x) => ((c + 2 * y + 3 * x) % 7) / 7)),
  );
  const series = Array.from({ length: SERIES.window }, (_, t) => ({ pm: 40 + 9 * t, wind: (t * t) % 5 }));
  test.each([
    ["captions", "caption", picture],
    ["labels", "classify", "abba"],
    ["a label for each step", "tag", "one two two"],
    ["forecasts that are fed back", "forecast", series],
  ] as const)("%s", async (_, kind, input) => {
    const [averaged, whole] = await both(kind);
    expect(await whole.predictAll([input as never])).toEqual(near(await averaged.predictAll([input as never])));
  });
});

test("is a bundle like any other, whose manifest names every member", async () => {
  const { manifest } = await readBundle(bundleOf("translate"));
  expect(readdirSync(bundleOf("translate")).sort()).toEqual(readdirSync(memberOf("translate", 0)).sort());
  const { manifest: first } = await readBundle(memberOf("translate", 0));
  expect(manifest.model).toEqual(first.model);
  expect(manifest.members).toEqual([first.model, first.model]);
  expect(manifest.parameters.map(({ name }) => name)).toEqual(
    [0, 1, 2].flatMap((member) => first.parameters.map(({ name }) => `${member}.${name}`)),
  );
});

test("in one file and in half of the bytes it says the same, and can be exported again from its own folder", async () => {
  const expected = (await (await opened(bundleOf("translate"))).generate(SENTENCES)) as Generation[];
  await exportRun(bundleOf("translate"), { out: place.path("single"), singleFile: true });
  expect(await (await opened(place.path("single"))).generate(SENTENCES)).toEqual(near(expected));
  await place.write("pairs.tsv", SENTENCES.map((sentence, i) => `${sentence}\t${expected[i]!.text}\n`).join(""));
  for (const precision of ["float16", "int8"] as const) {
    const out = place.path(precision);
    const { report } = await exportRun(bundleOf("translate"), {
      out,
      precisions: [precision],
      data: place.path("pairs.tsv"),
      maxAccuracyDrop: 1,
    });
    expect(report.float32?.sequenceAccuracy).toBeGreaterThan(0.5);
    const answers = (await (await opened(out)).generate(SENTENCES)) as Generation[];
    for (const [i, { score }] of answers.entries()) expect(score).toBeCloseTo(expected[i]!.score, precision === "float16" ? 1 : 0);
  }
});

describe("refused in a line:", () => {
  const exported = (kind: Kind, ensemble: string[], more: object = {}): Promise<unknown> =>
    exportRun(memberOf(kind, 0), { out: place.path("refused"), ensemble, ...more });
  test.each([
    ["other tokens", () => exported("translate", [memberOf("caption", 0)]), /caption-0\/s2s\.json: has another task than .*translate-0/],
    [
      "an ensemble in an ensemble",
      () => exported("translate", [bundleOf("translate")]),
      /holds an ensemble already; give --ensemble the runs/,
    ],
    ["training", () => exported("translate", othersOf("translate"), { trainable: true }), /leave either --trainable or --ensemble out/],
    ["a run that is not there", () => exported("translate", [place.path("none")]), /there is no such folder/],
  ])("%s", async (_, run, message) => {
    await expect(run()).rejects.toThrow(UserError);
    await expect(run()).rejects.toThrow(message);
  });
});
