import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { scoreWithBundle } from "../support/score.ts";
import { letterSequences, reversalPairs } from "../support/tasks.ts";
import { type Figures, type TrainFigures, Workplace } from "../support/workplace.ts";

const place = await Workplace.create();
const DATA = ["--data", "pairs.tsv", "--valid", "valid.tsv"];
const all = letterSequences(230);
const valid = all.slice(200);
beforeAll(async () => {
  await place.write("pairs.tsv", reversalPairs(all.slice(0, 200)));
  await place.write("valid.tsv", reversalPairs(valid));
});

describe("every model, update rule and way of regularising trains, and the exported model is the one that was validated", () => {
  const deep = ["--bidirectional", "--layers", "2", "--reverse-source", "--encoder.hidden", "10", "--decoder.hidden", "12"];
  const noisy = ["--dropout", "0.1", "--label-smoothing", "0.1"];
  test.each([
    ["sgd", ["--lr", "1", "--clip", "1"]],
    ["sgd", ["--lr", "0.3", "--clip", "0"]],
    ["momentum", ["--lr", "0.1", "--clip", "1"]],
    ["momentum", ["--lr", "0.05", "--clip", "0", "--momentum", "0.8"]],
    ["adam", ["--lr", "0.01", "--clip", "1"]],
    ["adam", ["--lr", "0.01", "--clip", "0", "--beta1", "0.8", "--beta2", "0.99"]],
    ["adamw", ["--lr", "0.01", "--clip", "1", "--weight-decay", "0.1"]],
    ["adamw", ["--lr", "0.01", "--clip", "0"]],
  ])("%s %j", async (optimizer, rule) => {
    const out = [optimizer, ...rule].join("");
    const model = ["--embedding", "14", ...deep, ...noisy, "--batch-size", "24", "--threads", "2", "--epochs", "5"];
    const trained = await place.json<TrainFigures>("train", ...DATA, ...model, "--optimizer", optimizer, ...rule, "--out", out);
    const losses = trained.history.map(({ trainingLoss }) => trainingLoss);
    expect(losses.at(-1), `${losses.join(", ")}`).toBeLessThan(0.96 * losses[0]!);
    const figures = await place.json<Figures>("evaluate", out, "--data", "valid.tsv");
    expect(figures.loss).toBeCloseTo(trained.validation.loss, 6);
    expect(figures).toMatchObject({ examples: valid.length, tokenAccuracy: trained.validation.tokenAccuracy });
    const pairs = valid.map((letters) => [letters.join(""), letters.toReversed().join("")] as const);
    const alone = await scoreWithBundle(place.path(out), pairs);
    expect(alone.loss).toBeCloseTo(figures.loss, 5);
    expect(alone.tokenAccuracy).toBe(figures.tokenAccuracy);
  });
});

test("the number of threads changes rounding alone, also where a batch has fewer rows than there are threads", async () => {
  // 31 pairs in batches of 3 for 3 threads: the last batch of an epoch has a single row.
  const model = ["--hidden", "16", "--embedding", "8", "--bidirectional", "--batch-size", "3", "--limit", "31", "--epochs", "3"];
  const losses = [];
  for (const threads of ["1", "2", "3"]) {
    const { history } = await place.json<TrainFigures>("train", ...DATA, ...model, "--threads", threads, "--out", `threads ${threads}`);
    const lines = (await readFile(place.path(`threads ${threads}`, "metrics.jsonl"), "utf8")).trimEnd().split("\n");
    const metrics = lines.map((line) => JSON.parse(line) as { loss: number; gradientNorm?: number });
    losses.push([
      ...metrics.flatMap(({ loss, gradientNorm = 0 }) => [loss, gradientNorm]),
      ...history.map(({ trainingLoss }) => trainingLoss),
    ]);
  }
  const [one, ...others] = losses;
  expect(one).toHaveLength(2 * 6 + 3);
  for (const other of others) for (const [i, loss] of other.entries()) expect(Math.abs(loss - one![i]!)).toBeLessThan(1e-4);
});
