import { expect, test } from "vitest";
import { reversalPairs, sequences } from "../support/tasks.ts";
import { type Figures, type TrainFigures, Workplace } from "../support/workplace.ts";

const place = await Workplace.create();
const SETTINGS = ["--hidden", "48", "--embedding", "16", "--batch-size", "20", "--lr", "0.01", "--epochs", "25", "--threads", "2"];

test.each([
  { tokens: "char", symbols: ["a", "b", "c", "d"], between: "" },
  { tokens: "word", symbols: ["north", "south", "été", "über"], between: " " },
])("learns to reverse every sequence of up to four $tokens tokens", async ({ tokens, symbols, between }) => {
  const all = sequences(symbols, 4);
  const data = await place.write(`${tokens}.tsv`, reversalPairs(all, between));
  const run = place.path(tokens);
  const trained = await place.json<TrainFigures>("train", "--data", data, "--valid", data, "--tokens", tokens, ...SETTINGS, "--out", run);
  expect(trained.validation.sequenceAccuracy).toBe(1);
  expect(await place.json<Figures>("evaluate", run, "--data", data)).toMatchObject({
    examples: 340,
    tokenAccuracy: 1,
    sequenceAccuracy: 1,
  });
  const [text, reversed] = [all[200]!.join(between).normalize("NFD"), all[200]!.toReversed().join(between)];
  expect(await place.ok("translate", run, text)).toBe(`${reversed}\n`);
});
