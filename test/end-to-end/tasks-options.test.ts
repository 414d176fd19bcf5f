import { beforeAll, describe, expect, test } from "vitest";
import { SafetensorsFile } from "@s2s/trainer";
import { CallsHere } from "../support/cli-here.ts";
import { classified, waves } from "../support/task-data.ts";
import { letterSequences, reversalPairs } from "../support/tasks.ts";
import type { TrainFigures } from "../support/workplace.ts";
import { Workplace } from "../support/workplace.ts";

/** Every option that changes a model or how it is trained: tiny runs whose loss falls, whose model answers, and which differ from the run without it. */
const place = await Workplace.create();
const calls = new CallsHere(place);
const SMALL = "--hidden 12 --embedding 12 --batch-size 16 --epochs 2 --threads 1 --lr 0.01".split(" ");

const words = (text: string): string => Array.from(text).join(" ");

beforeAll(async () => {
  const sequences = letterSequences(160);
  await place.write("pairs.tsv", reversalPairs(sequences));
  await place.write("hard.tsv", sequences.map((each) => `${each.join("")}\t${each.toReversed().join("")}\t${each.length}\n`).join(""));
  await place.write("words.tsv", reversalPairs(sequences, " "));
  await place.write("classified.tsv", classified(160));
  await place.write("waves.csv", waves(200));
  await place.write(
    "vectors.txt",
    Array.from("abcdefgh", (letter, i) => `${letter} ${Array.from({ length: 12 }, (_, k) => Math.sin(i + k)).join(" ")}\n`).join(""),
  );
});

let count = 0;
async function trained(options: readonly string[], data = "pairs.tsv"): Promise<{ run: string; losses: number[] }> {
  const run = `run-${(count += 1)}`;
  // Later ones win in no way: an option that is given here is left out there.
  const small = SMALL.filter((_, i) => !options.includes(SMALL[i - (i % 2)]!));
  const { history } = await calls.json<TrainFigures>("train", "--data", data, "--out", run, ...small, ...options);
  return { run, losses: history.map(({ trainingLoss }) => trainingLoss) };
}

const ATTENDING = "--attention general";
const OPTIONS: readonly string[] = [
  ...["rnn", "rnn-relu", "gru", "gru-reset-after", "layer-norm-lstm"].map((cell) => `--cell ${cell}`),
  "--encoder.cell gru --decoder.cell lstm",
  "--layers 2 --residual",
  "--bidirectional --reverse-source",
  ...["linear", "tanh", "mean"].map((bridge) => `--decoder.bridge ${bridge}`),
  `--decoder.bridge zero ${ATTENDING}`,
  "--decoder.context every-step",
  ...["dot", "scaled-dot", "general", "scaled-general", "additive"].map((attention) => `--attention ${attention}`),
  `${ATTENDING} --decoder.coverage --coverage-weight 0.5`,
  `${ATTENDING} --decoder.inputFeeding`,
  `${ATTENDING} --decoder.copy --target.shared`,
  "--decoder.tied",
  "--target.shared --decoder.sharedEmbedding",
  "--dropout 0.2",
  "--embedding-dropout 0.2",
  "--recurrent-dropout 0.2",
  "--word-dropout 0.1",
  "--label-smoothing 0.1",
  ...["linear", "exponential", "inverse-sigmoid"].map(
    (decay) => `--scheduled-sampling ${decay} --sampling-rate 0.5 --sampling-steps ${decay === "exponential" ? 0.5 : 4}`,
  ),
  "--sampled-softmax 6",
  "--loss-chunk 7",
  "--source.pretrained vectors.txt",
  "--freeze encoder.embedding.*",
  "--initialization uniform --initialization-scale 0.2",
  "--initialization normal --initialization-scale 0.2",
  ...["halving", "exponential", "plateau", "inverse-sqrt", "cosine"].map((schedule) => `--schedule ${schedule} --warmup 3`),
  ...["sgd", "momentum", "rmsprop", "adamw", "nadam"].map(
    (optimizer) => `--optimizer ${optimizer}${optimizer === "sgd" ? " --lr 0.5" : ""}`,
  ),
  "--optimizer adagrad --lr 0.1",
  "--optimizer adadelta --lr 5",
  "--clip-value 0.01",
  ...["bpe", "unigram"].map((tokens) => `--tokens ${tokens} --vocab 300`),
];

describe("pairs of texts", () => {
  let plain: number[];
  beforeAll(async () => {
    plain = (await trained([])).losses;
  });

  test.each(OPTIONS)("%s", async (options) => {
    const { run, losses } = await trained(options.split(" "));
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    // Logits in parts are the same sum but for its order.
    if (options.startsWith("--loss-chunk")) for (const [i, loss] of losses.entries()) expect(loss).toBeCloseTo(plain[i]!, 3);
    else expect(losses).not.toEqual(plain);
    expect(await calls.ok("translate", run, "abc", "dca")).toMatch(/^[^\n]*\n[^\n]*\n$/);
  });

  test("easy ones first", async () => {
    const { losses } = await trained(["--curriculum", "3"], "hard.tsv");
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    expect(losses).not.toEqual(plain);
  });

  test("words", async () => {
    const { run, losses } = await trained(["--tokens", "word"], "words.tsv");
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    expect(await calls.ok("translate", run, words("abc"))).toMatch(/^([a-h]( [a-h])*)?\n$/);
  });
});

test("what is frozen keeps its bytes, and the rest does not", async () => {
  const weights = async (run: string) => {
    const file = await SafetensorsFile.open(place.path(run, "bundle", "weights.safetensors"));
    const entries: [string, string][] = [];
    for (const name of file.header.tensors.keys()) {
      const { data } = await file.read(name);
      entries.push([name, Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64")]);
    }
    await file.close();
    return new Map(entries);
  };
  const freeze = ["--freeze", "encoder.*"];
  const once = await weights((await trained([...freeze, "--epochs", "1"])).run);
  const longer = await weights((await trained([...freeze, "--epochs", "3"])).run);
  const changed = [...once.keys()].filter((name) => once.get(name) !== longer.get(name));
  expect(changed.length).toBeGreaterThan(2);
  expect(changed.filter((name) => name.startsWith("encoder."))).toEqual([]);
  expect([...once.keys()].some((name) => name.startsWith("encoder."))).toBe(true);
});

describe("other tasks", () => {
  test.each([
    ...["last", "mean", "max"].map((pooling) => `--task classify --encoder.pooling ${pooling}`),
    "--task classify --label-smoothing 0.1 --source.pretrained vectors.txt",
    "--task classify --layers 2 --residual --cell gru --recurrent-dropout 0.1",
  ])("%s", async (options) => {
    const { run, losses } = await trained(options.split(" "), "classified.tsv");
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    expect(await calls.ok("predict", run, "axb")).toMatch(/^(ex|why|zed)\t[01]\.\d{4}\n$/);
  });

  test.each(["--cell rnn", "--cell layer-norm-lstm --layers 2 --residual", "--bidirectional"])("a forecast with %s", async (options) => {
    const series = "--task forecast --forecast.inputs level --forecast.window 6".split(" ");
    const { run, losses } = await trained([...series, ...options.split(" ")], "waves.csv");
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    expect(await calls.ok("predict", run, "waves.csv")).toMatch(/^level\n-?[\d.]+\n$/);
  });
});
