import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { CallsHere } from "../support/cli-here.ts";
import { filesOf } from "../support/files.ts";
import { classified, cycles, drawings, films, levels, pictures, sounds, tagged, waves, type Files } from "../support/task-data.ts";
import { tryTask, writeCase, type TaskCase } from "../support/task-run.ts";
import { Workplace } from "../support/workplace.ts";

const place = await Workplace.create();
const calls = new CallsHere(place);

/** The last lines of a file are held out. */
function held(text: string, name = "tsv", test = 80): Files {
  const lines = text.trimEnd().split("\n");
  const file = (part: readonly string[]): string => part.map((line) => `${line}\n`).join("");
  return { [`train.${name}`]: file(lines.slice(0, -test)), [`test.${name}`]: file(lines.slice(-test)) };
}

const wave = waves(700).trimEnd().split("\n");
const table = (rows: readonly string[]): string => [wave[0], ...rows].map((row) => `${row}\n`).join("");
const WAVES = { "train.csv": table(wave.slice(1, 601)), "test.csv": table(wave.slice(560)), "last.csv": table(wave.slice(-12)) };
/** Of the wave that follows the last rows, in steps of a twelfth. */
const coming = (steps: number) =>
  Array.from({ length: steps }, (_, i) => ({ level: expect.closeTo(50 + 10 * Math.sin(((700 + i) * Math.PI) / 6), -0.5) as unknown }));

const { "pictures.tsv": captions, ...images } = pictures(220);
const PICTURES = { ...held((captions as string).replaceAll(/^(?=.)/gm, "images/")), ...images };
const shown = (captions as string).trimEnd().split("\n").at(-1)!.split("\t")[1]!;

interface Strokes {
  readonly strokes: readonly (readonly [dx: number, dy: number, lifted: number])[];
  readonly svg: string;
}
/** Whether a drawing's movements lead to the right, or downwards. */
const ways = ({ strokes }: Strokes) =>
  strokes.slice(0, 5).map(([dx, dy]) => (dx > 1 && dy < 1 ? "right" : dy > 1 && dx < 1 ? "down" : "nowhere"));

const CASES: Readonly<Record<string, TaskCase>> = {
  "classify: letters, one of which says the label": {
    files: held(classified(500)),
    options: "--task classify --hidden 16 --embedding 8 --epochs 8 --lr 0.02 --batch-size 20 --encoder.pooling max",
    figures: { accuracy: [0.95, 1], macroF1: [0.95, 1], loss: [0, 0.3] },
    inputs: ["axb", "ddz", "cby"],
    printed: /^ex\t[01]\.\d{4}\nzed\t[01]\.\d{4}\nwhy\t[01]\.\d{4}\n$/,
    answer: ({ label }: { label: string }) => label,
    answers: ["ex", "zed", "why"],
  },
  "tag: words, of which one turns the next one around": {
    files: held(tagged(400)),
    options: "--task tag --source.tokens word --hidden 16 --embedding 8 --epochs 6 --best answers --lr 0.02 --batch-size 20",
    figures: { tokenAccuracy: [0.95, 1], macroF1: [0.95, 1], sequenceAccuracy: [0.85, 1] },
    inputs: ["not one two", "two not three"],
    printed: /^none even even\neven none even\n$/,
    answer: ({ tokens, labels }: { tokens: unknown; labels: unknown }) => [tokens, labels],
    answers: [
      [
        ["not", "one", "two"],
        ["none", "even", "even"],
      ],
      [
        ["two", "not", "three"],
        ["even", "none", "even"],
      ],
    ],
  },
  // The first letter of a line says nothing of the step: one in fourteen cannot be known; the last letter alone is right half of the time.
  "next: letters in steps that two of them say": {
    files: held(cycles(200)),
    options: "--task next --hidden 24 --embedding 8 --epochs 8 --lr 0.02 --batch-size 32 --forecast.window 4",
    figures: { accuracy: [0.85, 1], macroF1: [0.8, 1] },
    inputs: ["abc", "adg"],
    predict: ["--top-k", "1"],
    printed: /^1\t0\.\d{4}\td\n1\t0\.\d{4}\tb\n$/,
    answer: ({ label, labels }: { label: string; labels: unknown[] }) => [label, labels.length],
    answers: [
      ["d", 1],
      ["b", 1],
    ],
  },
  "next: the number that follows": {
    files: WAVES,
    options:
      "--task next --source.kind vectors --forecast.inputs level --forecast.window 12 --hidden 24 --epochs 6 --best answers --lr 0.01 --batch-size 20",
    figures: { rmse: [0, 1], mae: [0, 1], mase: [0, 0.3] },
    inputs: ["last.csv"],
    printed: /^level\n\d\d\.\d+\n$/,
    answer: ({ steps }: { steps: unknown }) => steps,
    answers: [coming(1)],
  },
  // Eight letters that are equally probable, one of two steps, and no choice after that: 4 bits a line of 8.
  "generate: texts that go on as they begin": {
    files: held(cycles(300)),
    options: "--task generate --hidden 32 --embedding 8 --epochs 10 --lr 0.02 --batch-size 20",
    figures: { bitsPerCharacter: [0.45, 0.8], perplexity: [1.2, 1.8] },
    inputs: ["abc", "adg"],
    printed: /^abcdefgh\nadgbehcf\n$/,
    answer: ({ text, truncated }: { text: string; truncated: boolean }) => [text, truncated],
    answers: [
      ["abcdefgh", false],
      ["adgbehcf", false],
    ],
  },
  "forecast: directly, from two columns": {
    files: WAVES,
    options:
      "--task forecast --forecast.inputs level,hint --forecast.outputs level --forecast.window 12 --forecast.horizon 4 --forecast.season 12 --hidden 24 --epochs 5 --best answers --lr 0.01 --batch-size 20",
    figures: { mae: [0, 1], rmse: [0, 1], mase: [0, 1.5] },
    inputs: ["last.csv"],
    printed: /^level\n(\d\d\.\d+\n){4}$/,
    answer: ({ steps }: { steps: unknown }) => steps,
    answers: [coming(4)],
  },
  "forecast: recursively": {
    files: WAVES,
    options:
      "--task forecast --forecast.mode recursive --forecast.inputs level --forecast.window 12 --forecast.horizon 4 --forecast.season 12 --hidden 24 --epochs 5 --lr 0.01 --batch-size 20",
    figures: { mae: [0, 1], rmse: [0, 1], mase: [0, 1.5] },
    inputs: ["last.csv"],
    printed: /^level\n(\d\d\.\d+\n){4}$/,
    answer: ({ steps }: { steps: unknown }) => steps,
    answers: [coming(4)],
  },
  "caption: pictures": {
    files: PICTURES,
    options: `--task caption --source.width 8 --source.height 8 --encoder.filters 6 --encoder.features 16 --encoder.normalization batch --target.tokens word --hidden 16 --embedding 8 --epochs 10 --lr 0.02 --batch-size 20`,
    figures: { sequenceAccuracy: [0.9, 1], tokenAccuracy: [0.9, 1], bleu: [0, 100], chrf: [90, 100], wer: [0, 0.1] },
    inputs: ["images/219.png"],
    printed: new RegExp(`^${shown}\n$`),
    answer: ({ text }: { text: string }) => text,
    answers: [shown],
  },
  "caption: vectors": {
    files: held(levels(400), "jsonl"),
    options:
      "--task caption --source.kind vector --target.tokens word --hidden 24 --embedding 8 --epochs 8 --best answers --lr 0.02 --batch-size 20",
    figures: { sequenceAccuracy: [0.9, 1], bleu: [90, 100.01], wer: [0, 0.1], perplexity: [1, 1.5] },
    inputs: ["[1,-1,1,1]"],
    printed: /^high low high high\n$/,
    answer: ({ text }: { text: string }) => text,
    answers: ["high low high high"],
  },
  "caption: frames": {
    files: held(films(300), "jsonl"),
    options:
      "--task caption --source.kind frames --target.tokens word --encoder.filters 8 --encoder.features 32 --hidden 24 --embedding 8 --decoder.bridge mean --epochs 20 --lr 0.005 --batch-size 10",
    figures: { sequenceAccuracy: [0.85, 1], wer: [0, 0.15] },
    inputs: [JSON.stringify((JSON.parse(films(1)) as { source: unknown }).source)],
    printed: new RegExp(`^${(JSON.parse(films(1)) as { target: string }).target}\n$`),
    answer: ({ text }: { text: string }) => text,
    answers: [(JSON.parse(films(1)) as { target: string }).target],
  },
  "translate: vectors by step, with attention": {
    files: held(sounds(500), "jsonl"),
    options:
      "--task translate --source.kind vectors --hidden 24 --embedding 8 --attention general --bidirectional --epochs 8 --lr 0.01 --batch-size 20",
    figures: { sequenceAccuracy: [0.85, 1], cer: [0, 0.15] },
    inputs: ["[[1,0,0],[0,0,1]]"],
    printed: /^ac\n$/,
    answer: ({ text }: { text: string }) => text,
    answers: ["ac"],
  },
  // Standard normal movements that nothing is known of have 2.8 nats, and the pen's chance of 1 in 6.5 another 0.4.
  "draw: what a word says": {
    files: held(drawings(300, true), "jsonl"),
    options: "--task draw --hidden 32 --embedding 8 --draw.mixtures 2 --attention additive --epochs 8 --lr 0.01 --batch-size 20",
    figures: { loss: [-4, 0] },
    inputs: ["across", "down"],
    predict: ["--temperature", "0"],
    printed: /^<svg .*<\/svg>\n<svg .*<\/svg>\n$/,
    answer: ways,
    answers: [Array(5).fill("right"), Array(5).fill("down")],
  },
  "draw: stairs, freely": {
    files: held(drawings(300, false), "jsonl"),
    options: "--task draw --hidden 32 --draw.mixtures 2 --epochs 8 --lr 0.02 --batch-size 20",
    figures: { loss: [-4, 0] },
    inputs: [],
    predict: ["--temperature", "0"],
    printed: /^<svg .*<\/svg>\n$/,
    answer: ways,
    answers: [["right", "down", "right", "down", "right"]],
  },
};

describe("learned, measured, asked, and asked again in eight bits", () => {
  test.each(Object.entries(CASES))(
    "%s",
    async (name, task) => {
      await tryTask(place, calls, name.replaceAll(/\W+/g, "-"), task);
    },
    240_000,
  );
});

test("a forecast stands beside its baselines, which a wave of twelve steps does not fool", async () => {
  const folder = "forecast-directly-from-two-columns";
  const { mae, details } = await calls.json<{ mae: number; details: { baselines: Record<string, { mae: number }> } }>(
    "evaluate",
    `${folder}/run`,
    "--data",
    `${folder}/test.csv`,
  );
  const { naive, seasonalNaive, windowLinear, windowMlp } = details.baselines;
  expect(naive!.mae).toBeGreaterThan(5 * mae);
  // The noise of two waves is subtracted from each other there.
  expect(seasonalNaive!.mae).toBeLessThan(naive!.mae / 5);
  expect([windowLinear!.mae, windowMlp!.mae].every((each) => each < naive!.mae / 5)).toBe(true);
});

test("a run of pictures, with batch normalisation and dropout, ends with the same bytes where it was stopped and went on", async () => {
  const [data] = (await writeCase(place, "resumed", PICTURES)) as [string];
  const options =
    "--task caption --source.width 8 --source.height 8 --encoder.filters 4 --encoder.features 8 --encoder.normalization batch --target.tokens word --hidden 8 --embedding 8 --dropout 0.1 --batch-size 20 --save-every 3 --threads 2";
  const train = (run: string, epochs: number) =>
    calls.ok("train", "--data", data, "--data.images", "resumed", "--out", run, "--epochs", String(epochs), ...options.split(" "));
  await train("resumed/whole", 3);
  await train("resumed/parts", 1);
  await calls.ok("train", "--resume", "resumed/parts", "--epochs", "2");
  await calls.ok("train", "--resume", "resumed/parts", "--epochs", "3");
  const lasting = async (run: string) => {
    const files = Object.entries(await filesOf(place.path(run))).filter(([name]) => /^bundle\/|(last|best)\.safetensors$/.test(name));
    const metrics = await readFile(place.path(run, "metrics.jsonl"), "utf8");
    return { ...Object.fromEntries(files), metrics: metrics.replaceAll(/"seconds":[^,}]+/g, "") };
  };
  expect(await lasting("resumed/parts")).toEqual(await lasting("resumed/whole"));
}, 120_000);
