import { existsSync } from "node:fs";
import { appendFile, cp, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { filesOf } from "../support/files.ts";
import { letterSequences, reversalPairs } from "../support/tasks.ts";
import { type TrainFigures, Workplace } from "../support/workplace.ts";

const place = await Workplace.create();
const EPOCHS = 8;
const MODEL = ["--hidden", "16", "--embedding", "16", "--layers", "2", "--bidirectional", "--dropout", "0.2"];
const TRAINING = ["--batch-size", "8", "--save-every", "7", "--threads", "2"];
const train = (out: string, epochs = EPOCHS, ...more: string[]) =>
  ["train", "--data", "pairs.tsv", "--out", out, "--epochs", String(epochs)].concat(MODEL, TRAINING, more);

/** SHA-256 of all that a run leaves behind and that must not depend on how often it was interrupted. */
async function lasting(run: string): Promise<Record<string, string>> {
  const files = Object.entries(await filesOf(place.path(run))).filter(([name]) => /^bundle\/|(last|best)\.safetensors$/.test(name));
  // Seconds are the one figure that a resumed run does not repeat.
  const metrics = (await readFile(place.path(run, "metrics.jsonl"), "utf8")).replaceAll(/"seconds":[^,}]+/g, "");
  return { ...Object.fromEntries(files), metrics };
}

let whole: Record<string, string>;
/** How long the uninterrupted run took, in milliseconds, so that kills come anywhere in one. */
let duration: number;
beforeAll(async () => {
  await place.write("pairs.tsv", reversalPairs(letterSequences(240)));
  const begun = performance.now();
  await place.ok(...train("whole"));
  duration = performance.now() - begun;
  whole = await lasting("whole");
});

/** The call that goes on with a run, or begins it where not even its configuration was written. */
const goOn = (run: string): string[] => (existsSync(place.path(run, "config.json")) ? ["train", "--resume", run] : train(run));

describe("a run ends with the same bytes", () => {
  test("killed at random moments, several times", async () => {
    const log: string[] = [];
    // Anywhere in the first third of a start, or anywhere from the first epoch on that ends after it.
    for (const epochs of [0, 1, 1, 0, 1, 1]) {
      const { process: child, finished, waitFor } = place.start(...goOn("killed"));
      if (epochs > 0) await waitFor("\nepoch ");
      await sleep(Math.random() * (epochs > 0 ? duration / EPOCHS / 4 : duration / 3));
      child.kill("SIGKILL");
      const { code, signal, stdout, stderr } = await finished;
      log.push(`${signal ?? code}: ${stdout.split("\n").slice(2, -1).join("; ")}`);
      // What a kill leaves behind never stops the next start.
      expect({ code: code ?? 0, stderr }, log.join("\n")).toEqual({ code: 0, stderr: "" });
      if (code === 0) break;
    }
    expect(log.filter((line) => line.startsWith("SIGKILL")).length, log.join("\n")).toBeGreaterThan(2);
    await place.ok(...goOn("killed"));
    expect(await lasting("killed"), log.join("\n")).toEqual(whole);
  });

  test.skipIf(process.platform === "win32")("stopped by Ctrl-C, which finishes the step, saves and says how to go on", async () => {
    for (const epoch of [1, 2, 5]) {
      const { process: child, finished, waitFor } = place.start(...goOn("interrupted"));
      await waitFor(`epoch ${epoch}/${EPOCHS}`);
      child.kill("SIGINT");
      const { code, stdout, stderr } = await finished;
      expect({ code, stderr }).toEqual({ code: 130, stderr: "s2s: finishing this step, then saving; Ctrl-C again ends at once\n" });
      expect(stdout).toMatch(
        /Stopped after step \d+ \(epoch \d+\); everything is saved in interrupted\. To go on:\n {2}s2s train --resume interrupted\n$/,
      );
    }
    await place.ok(...goOn("interrupted"));
    expect(await lasting("interrupted")).toEqual(whole);
  });

  test("trained for fewer epochs first", async () => {
    await place.ok(...train("longer", 3));
    await place.ok("train", "--resume", "longer", "--epochs", String(EPOCHS));
    expect(await lasting("longer")).toEqual(whole);
  });

  test("from a moved folder, with moved data", async () => {
    await place.ok(...train("here", 2));
    await cp(place.path("here"), place.path("elsewhere/there"), { recursive: true });
    await cp(place.path("pairs.tsv"), place.path("elsewhere/moved.tsv"));
    await place.ok("train", "--resume", "elsewhere/there", "--data", "elsewhere/moved.tsv", "--epochs", String(EPOCHS));
    expect(await lasting("elsewhere/there")).toEqual(whole);
  });
});

test("--resume with more epochs goes on past early stopping, and the best epoch stays the exported one", async () => {
  const first = await place.json<TrainFigures>(...train("stopped", 40, "--patience", "1", "--lr", "0.5"));
  const done = first.history.length;
  expect(done).toBeLessThan(40);
  expect(await place.json<TrainFigures>("train", "--resume", "stopped")).toMatchObject({ status: "finished", history: [] });
  const more = await place.json<TrainFigures>("train", "--resume", "stopped", "--epochs", "41");
  expect(more.history[0]?.epoch).toBe(done + 1);
  const losses = [...first.history, ...more.history].map(({ validation }) => validation.loss);
  expect(more.bestEpoch).toBe(1 + losses.indexOf(Math.min(...losses)));
});

describe("--resume refuses", () => {
  beforeAll(() => place.ok(...train("refusing", 1)));

  test.each([
    [["--hidden", "8"], "encoder.hidden from 16 to 8, decoder.hidden from 16 to 8"],
    [["--dropout", "0.1"], "training.dropout from 0.2 to 0.1"],
    [["--lr", "0.1", "--seed", "2"], "training.learningRate from 0.001 to 0.1, training.seed from 1 to 2"],
  ])("a changed option: %j", async (options, changes) => {
    const before = await lasting("refusing");
    expect(await place.refused("train", "--resume", "refusing", "--epochs", "9", ...options)).toContain(
      `a resumed run cannot change ${changes};`,
    );
    expect(await lasting("refusing")).toEqual(before);
  });

  test("changed data", async () => {
    const before = await lasting("refusing");
    await cp(place.path("pairs.tsv"), place.path("changed.tsv"));
    await appendFile(place.path("changed.tsv"), "abc\tcba\n");
    const line = await place.refused("train", "--resume", "refusing", "--epochs", "9", "--data", "changed.tsv");
    expect(line).toMatch(/the examples of .*changed\.tsv changed since the run began; restore them, or train into another folder$/);
    expect(await lasting("refusing")).toEqual(before);
  });

  test("a run that another process trains", async () => {
    const { process: child, finished, waitFor } = place.start("train", "--resume", "refusing", "--epochs", "100000");
    await waitFor("Going on");
    const line = await place.refused("train", "--resume", "refusing", "--epochs", "9");
    expect(line).toContain(`refusing: process ${child.pid} trains in this folder`);
    child.kill("SIGKILL");
    await finished;
  });
});
