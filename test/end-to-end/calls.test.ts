import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { letterSequences, reversalPairs } from "../support/tasks.ts";
import { type Figures, type TrainFigures, Workplace } from "../support/workplace.ts";

const place = await Workplace.create();

/** The calls that the README shows, as written there, one after the other; where they train, on less data. */
describe("the calls of the documents", () => {
  test("s2s init tmp/dates --recipe dates", async () => {
    expect(await place.ok("init", "tmp/dates", "--recipe", "dates")).toContain("tmp/dates/s2s.config.json");
    const lines = (await readFile(place.path("tmp/dates/test.tsv"), "utf8")).trimEnd().split("\n");
    expect(lines).toHaveLength(1000);
    for (const line of lines) expect(line).toMatch(/^[^\t]+\t\d{4}-\d\d-\d\d$/);
  });

  test("s2s build-graph --config tmp/dates/s2s.config.json --source-vocab 64 --target-vocab 20 --out tmp/graphs", async () => {
    const sizes = ["--source-vocab", "64", "--target-vocab", "20"];
    const printed = await place.ok("build-graph", "--config", "tmp/dates/s2s.config.json", ...sizes, "--out", "tmp/graphs");
    for (const name of ["train", "gradients", "update", "evaluate", "encoder", "decoder"]) expect(printed).toContain(`${name}.onnx`);
    expect(await place.json("inspect", "tmp/graphs")).toMatchObject({
      kind: "graphs",
      model: { input: { vocabulary: 64 }, output: { vocabulary: 20 } },
    });
  });

  test("s2s train --config tmp/dates/s2s.config.json --out tmp/run", async () => {
    const less = ["--limit", "2000", "--encoder.hidden", "32", "--decoder.hidden", "32", "--epochs", "2"];
    const printed = await place.ok("train", "--config", "tmp/dates/s2s.config.json", "--out", "tmp/run", ...less);
    expect(printed).toMatch(/^2,000 examples to train on, 1,000 to validate, 2 epochs/m);
    expect(printed).toMatch(/^epoch 2\/2 {2}loss [\d.]+ {2}validation [\d.]+ {2}tokens [\d.]+% {2}exact [\d.]+%/m);
  });

  test("s2s train --data FILE ... --out tmp/fra, and s2s train --resume tmp/fra --epochs 31", async () => {
    await place.write("data/eng-fra.tsv", reversalPairs(letterSequences(400)));
    const data = ["--data", "data/eng-fra.tsv", "--limit", "300", "--valid-fraction", "0.2", "--valid-split", "tail", "--tokens", "char"];
    const model = ["--hidden", "16", "--embedding", "16", "--layers", "1", "--batch-size", "64"];
    const first = await place.json<TrainFigures>("train", ...data, ...model, "--epochs", "30", "--seed", "1", "--out", "tmp/fra");
    expect(first).toMatchObject({ status: "finished", step: 30 * 4, examples: { training: 240, validation: 60 } });
    const more = await place.json<TrainFigures>("train", "--resume", "tmp/fra", "--epochs", "31");
    expect(more).toMatchObject({ status: "finished", step: 31 * 4, history: [{ epoch: 31 }] });
  });

  test("s2s evaluate tmp/run --data tmp/dates/test.tsv --json", async () => {
    const { examples, units, loss, perplexity, tokenAccuracy, sequenceAccuracy } = await place.json<Figures>(
      "evaluate",
      "tmp/run",
      "--data",
      "tmp/dates/test.tsv",
    );
    expect({ examples, units }).toEqual({ examples: 1000, units: 11_000 });
    expect(perplexity).toBeCloseTo(Math.exp(loss), 9);
    expect(tokenAccuracy).toBeGreaterThan(0.1);
    expect(sequenceAccuracy).toBeLessThanOrEqual(tokenAccuracy);
  });

  test('echo "3rd of March, 2021" | s2s translate tmp/run, as arguments and as JSON', async () => {
    const echoed = await place.s2s(["translate", "tmp/run"], "3rd of March, 2021\n");
    expect(echoed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[\d-]+\n$/) });
    expect(await place.ok("translate", "tmp/run", "3rd of March, 2021")).toBe(echoed.stdout);
    const { stdout } = await place.s2s(["translate", "tmp/run", "--json"], "3rd of March, 2021\n");
    expect(JSON.parse(stdout)).toMatchObject({ text: echoed.stdout.trimEnd(), score: expect.any(Number) });
  });

  test("s2s inspect tmp/run", async () => {
    const printed = await place.ok("inspect", "tmp/run");
    expect(printed).toContain("encoder.layers.0");
    expect(await place.json("inspect", "tmp/run")).toMatchObject({ kind: "run", model: { encoder: { hidden: 32 } } });
  });

  test("s2s bench train --case small-batch-256 --json", async () => {
    const bench = await place.json<Record<string, number>>("bench", "train", "--case", "small-batch-256", "--steps", "1");
    expect(bench).toMatchObject({ case: "small-batch-256", steps: 1 });
    for (const name of ["msPerStep", "targetTokensPerSecond", "gflopsPerSecond", "parameters"]) expect(bench[name]).toBeGreaterThan(0);
    // In bytes, not kilobytes: some hundred megabytes.
    expect(bench["peakMemoryBytes"]).toBeGreaterThan(30e6);
    expect(bench["peakMemoryBytes"]).toBeLessThan(2e9);
    expect(bench["parameters"]).toBe(2 * 1000 * 256 + 2 * (8 * 256 * 256 + 4 * 256) + 257 * 1000);
  });
});

test("the root script prints what s2s prints and nothing else, and passes the exit code on", () => {
  const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  const s2s = (...args: string[]) => {
    const { npm_lifecycle_event: _event, INIT_CWD: _folder, ...env } = process.env;
    const shell = process.platform === "win32";
    return spawnSync("npx", ["--yes", "pnpm@10.34.9", "--silent", "s2s", ...args], { cwd: root, env, shell, encoding: "utf8" });
  };
  expect(JSON.parse(s2s("schema", "config").stdout)).toMatchObject({ type: "object" });
  const refused = s2s("translate", "no-such-run", "x");
  expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status: 2, stdout: "" });
  expect(refused.stderr).toContain("no-such-run: there is no such folder");
});
