import { readFile } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import { runHere } from "../../packages/cli/test/support/capture.ts";
import { CallsHere } from "../support/cli-here.ts";
import { levels } from "../support/task-data.ts";
import { sequences } from "../support/tasks.ts";
import { type Figures, Workplace } from "../support/workplace.ts";

const place = await Workplace.create();
const calls = new CallsHere(place);

/** What each letter becomes: as a text for people, and the same from its last word. */
const WORDS = { a: ["one"], b: ["two", "three"], c: [] } as const;
const PAIRS = sequences(["a", "b", "c"], 4).map((letters) => ({
  source: letters.join(""),
  target: letters.flatMap((letter) => WORDS[letter as keyof typeof WORDS]),
}));
const lines = (turn: (words: readonly string[]) => readonly string[]): string =>
  PAIRS.map(({ source, target }) => `${source}\t${turn(target).join(" ")}\n`).join("");
const SETTINGS =
  "--target.tokens word --hidden 24 --embedding 8 --attention general --lr 0.01 --batch-size 16 --epochs 12 --threads 1".split(" ");

const answersTo = async (run: string, texts: readonly string[]): Promise<string[]> =>
  (await calls.ok("translate", run, ...texts)).trimEnd().split("\n");
const answers = (run: string): Promise<string[]> =>
  answersTo(
    run,
    PAIRS.slice(0, 40).map(({ source }) => source),
  );
const turnedBack = (text: string): string => text.split(" ").toReversed().join(" ");

beforeAll(async () => {
  await place.write(
    "pairs.tsv",
    lines((words) => words),
  );
  await place.write(
    "turned.tsv",
    lines((words) => words.toReversed()),
  );
  await calls.ok("train", "--data", "turned.tsv", "--valid", "turned.tsv", ...SETTINGS, "--out", "by-data");
  await calls.ok("train", "--data", "pairs.tsv", "--valid", "pairs.tsv", ...SETTINGS, "--reverse-target", "--out", "by-option");
  await calls.ok("train", "--data", "pairs.tsv", "--valid", "pairs.tsv", ...SETTINGS, "--seed", "2", "--out", "forwards");
});

test("training from the end is training on targets turned around, to the byte", async () => {
  const [one, other] = await Promise.all(["by-data", "by-option"].map((run) => readFile(place.path(run, "bundle/weights.safetensors"))));
  expect(one!.equals(other!)).toBe(true);
  const manifest = JSON.parse(await readFile(place.path("by-option/bundle/s2s.json"), "utf8"));
  expect(manifest.target).toMatchObject({ tokens: "word", reversed: true });
});

test("answers read as people read, and are measured so", async () => {
  expect(await answers("by-option")).toEqual((await answers("by-data")).map(turnedBack));
  const figures = (run: string, data: string) => calls.json<Figures>("evaluate", run, "--data", data);
  const found = await figures("by-option", "pairs.tsv");
  // chrF alone looks across the borders of words.
  expect(found).toEqual({ ...(await figures("by-data", "turned.tsv")), chrf: expect.any(Number) });
  expect(found.sequenceAccuracy).toBeGreaterThan(0.5);
});

test("an answer that was cut off lacks its beginning, which is said", async () => {
  const { stdout, stderr } = await runHere("translate", "by-option", "abab", "--max-length", "2");
  const [whole] = await answersTo("by-option", ["abab"]);
  expect(stdout.trimEnd()).toBe(whole!.split(" ").slice(-2).join(" "));
  expect(stderr).toBe("s2s: 1 answer cut off at 2 tokens; what is missing is the beginning, which this model writes last\n");
});

test("inspect says so", async () => {
  expect(await calls.ok("inspect", "by-option")).toMatch(/^ *writes at most \d+ tokens \(word\), of 7 that it knows, the last one first$/m);
  expect(await calls.ok("inspect", "by-data")).not.toContain("the last one first");
});

test("answers are scored in the order in which they are written", async () => {
  const scores = async (run: string, turn: (text: string) => string) => {
    const found = await calls.ok(
      "score",
      run,
      "--data",
      await place.write(
        `${run}.tsv`,
        lines((words) => turn(words.join(" ")).split(" ")),
      ),
    );
    return found.split("\n").map((line) => line.split("\t")[0]);
  };
  expect(await scores("by-option", (text) => text)).toEqual(await scores("by-data", turnedBack));
});

test("one that writes from its end puts the lists of one that does not in the order of its own scores", async () => {
  const sources = PAIRS.slice(-30).map(({ source }) => source);
  const file = await place.write("sources.txt", sources.map((source) => `${source}\n`).join(""));
  const lists = await calls.ok("translate", "forwards", ...sources, "--beams", "4", "--n-best", "4");
  await place.write("lists.tsv", lists);
  await place.write("turned-lists.tsv", lists.replaceAll(/[^\t\n]*$/gm, turnedBack));
  const ordered = (run: string, data: string) => calls.ok("score", run, "--sources", file, "--data", data, "--n-best", "4");
  const found = await ordered("by-option", "lists.tsv");
  expect(found).toBe((await ordered("by-data", "turned-lists.tsv")).replaceAll(/[^\t\n]*$/gm, turnedBack));
  expect(found).not.toBe(await ordered("by-data", "lists.tsv"));
});

test("captions, too, are learned from their end", async () => {
  const turn = (file: string) => file.replaceAll(/"target":"([^"]*)"/g, (_, text: string) => `"target":"${turnedBack(text)}"`);
  const made = levels(40);
  expect(turn(made)).not.toBe(made);
  await place.write("levels.jsonl", made);
  await place.write("turned.jsonl", turn(made));
  const train = (name: string, ...options: string[]) =>
    calls.ok(
      "train",
      "--task",
      "caption",
      "--source.kind",
      "vector",
      "--data",
      `${name}.jsonl`,
      "--target.tokens",
      "word",
      "--hidden",
      "8",
      "--embedding",
      "4",
      "--epochs",
      "2",
      "--threads",
      "1",
      "--out",
      `${name}-run`,
      ...options,
    );
  await train("levels", "--reverse-target");
  await train("turned");
  const [one, other] = await Promise.all(
    ["levels", "turned"].map((name) => readFile(place.path(`${name}-run/bundle/weights.safetensors`))),
  );
  expect(one!.equals(other!)).toBe(true);
  expect(await calls.json("evaluate", "levels-run", "--data", "levels.jsonl")).toEqual(
    await calls.json("evaluate", "turned-run", "--data", "turned.jsonl"),
  );
});

test("what goes on with a text cannot be trained from its end", async () => {
  expect(await calls.refused("train", "--task", "generate", "--data", "sources.txt", "--reverse-target", "--out", "x")).toMatch(
    /decoder\.reverseTarget says nothing to the task generate: leave it out$/,
  );
});
