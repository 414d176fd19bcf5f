import { appendFileSync, copyFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import * as fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Config } from "../src/config.ts";
import type { TrainEvent } from "../src/events.ts";
import { holdsRun, readRunConfig } from "../src/run-folder.ts";
import { failure } from "./support/failure.ts";
import { ended, startChild } from "./support/child.ts";
import { watchingChanges } from "./support/failing-disk.ts";
import { collect, eventsOf, lasting, temporaryFolder, toyConfig, toyOptions, writePairs } from "./support/toy-run.ts";

const EPOCHS = 3;
let temporary: ReturnType<typeof temporaryFolder>;
let data: string;
let whole: Record<string, string>;
let out: string;
let runs = 0;
beforeAll(async () => {
  temporary = temporaryFolder();
  data = writePairs(temporary.path, 60);
  const folder = join(temporary.path, "whole");
  await collect(toyOptions(folder, config()));
  whole = lasting(folder);
});
beforeEach(() => {
  out = join(temporary.path, `run-${(runs += 1)}`);
});
afterAll(() => temporary.remove());

const config = (more: Config["training"] | object = {}): Config => toyConfig(data, { epochs: EPOCHS, saveEvery: 2, ...more });
const resume = (wanted: Config = config()): Promise<TrainEvent[]> => collect(toyOptions(out, wanted, { resume: true }));

async function interruptAfter(step: number, wanted = config()): Promise<void> {
  const controller = new AbortController();
  await collect(toyOptions(out, wanted, { signal: controller.signal }), (event) => {
    if (event.type === "step" && event.step === step) controller.abort();
    return false;
  });
}
/** Ends without saving, as if the process had died. */
const dieAfter = (step: number, wanted = config()): Promise<unknown> =>
  collect(toyOptions(out, wanted), (event) => event.type === "step" && event.step === step);

describe("a resumed run ends with the same bytes as one that never stopped", () => {
  test("stopped on request, at any step, several times", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: 35 }), { minLength: 1, maxLength: 3 }), async (steps) => {
        rmSync(out, { recursive: true, force: true });
        for (const [i, step] of steps.toSorted((a, b) => a - b).entries()) {
          const controller = new AbortController();
          await collect(toyOptions(out, config(), { signal: controller.signal, resume: i > 0 }), (event) => {
            if (event.type === "step" && event.step === step) controller.abort();
            return false;
          });
        }
        await resume();
        expect(lasting(out)).toEqual(whole);
      }),
      { numRuns: 8 },
    );
  });

  test.each([1, 3, 10, 11, 12, 13, 25, 36])("given up without saving after step %i", async (step) => {
    await dieAfter(step);
    await resume();
    expect(lasting(out)).toEqual(whole);
  });

  test("given up before any one change of the file system", async () => {
    const few = toyConfig(writePairs(temporary.path, 16, "few.tsv"), { epochs: 2, saveEvery: 2 });
    await collect(toyOptions(out, few));
    const expected = lasting(out);
    let last = 0;
    for (let finished = false; !finished;) {
      last += 1;
      rmSync(out, { recursive: true, force: true });
      // From that change on nothing works any more, so that cleaning up changes nothing either: what is left is what a kill leaves.
      const before = (change: number): void => {
        if (change >= last) throw new Error("the process is gone");
      };
      finished = await watchingChanges(before, () => collect(toyOptions(out, few))).then(() => true, isGone);
      await collect(toyOptions(out, few, { resume: await holdsRun(out) }));
      expect(lasting(out), `before change ${last}`).toEqual(expected);
    }
    expect(last).toBeGreaterThan(30);
  });

  test("killed with SIGKILL anywhere, several times", { timeout: 180_000 }, async () => {
    const log: string[] = [];
    const start = async (killAt = 0, afterEvents = Infinity): Promise<void> => {
      const child = startChild("train-child.ts", [out, data, String(EPOCHS), String(killAt)]);
      const delay = 10 * Math.random();
      let events = 0;
      child.stdout?.on("data", (text: string) => {
        events += text.split("\n").length - 1;
        if (events >= afterEvents) void setTimeout(delay).then(() => child.kill("SIGKILL"));
      });
      const { signal, code, output, errors } = await ended(child);
      log.push(`killAt ${killAt} afterEvents ${afterEvents} + ${delay} ms: ${signal ?? code}\n${output}${errors}`);
      if (signal === null) expect([code, errors], log.join("\n")).toEqual([0, ""]);
    };
    const upTo = (most: number): number => 1 + Math.floor(most * Math.random());
    await start(upTo(12));
    await start(0, upTo(12));
    await start(upTo(30));
    await start(0, upTo(12));
    expect(log.filter((entry) => entry.includes("SIGKILL")).length, log.join("\n")).toBeGreaterThan(2);
    await start();
    expect(log.at(-1)).toMatch(/finished 36\n$/);
    expect(lasting(out), log.join("\n")).toEqual(whole);
  });

  test("with a bundle that was lost, and with no checkpoint at all", async () => {
    await collect(toyOptions(out, config()));
    rmSync(join(out, "bundle"), { recursive: true });
    const events = await resume();
    expect(events.map(({ type }) => type)).toEqual(["start", "finished"]);
    expect(lasting(out)).toEqual(whole);
    rmSync(join(out, "checkpoints"), { recursive: true });
    rmSync(join(out, "source.tokenizer.json"));
    await resume();
    expect(lasting(out)).toEqual(whole);
    expect(readFileSync(join(out, "source.tokenizer.json"), "utf8")).toContain("</s>");
  });
});

describe("a damaged checkpoint", () => {
  test("falls back to the previous one, says so, and ends with the same bytes", async () => {
    await interruptAfter(9);
    truncateSync(join(out, "checkpoints", "last.safetensors"), 1000);
    const events = await resume();
    expect(events[0]).toMatchObject({
      type: "fallback",
      file: join(out, "checkpoints", "last.safetensors"),
      reason: expect.stringContaining("is damaged"),
      used: join(out, "checkpoints", "previous.safetensors"),
    });
    expect(events[1]).toMatchObject({ type: "start", resumed: { epoch: 1, step: 8 } });
    expect(lasting(out)).toEqual(whole);
  });

  test("with the previous one damaged too is one line, and nothing is written", async () => {
    await interruptAfter(9);
    for (const name of ["last", "previous"]) truncateSync(join(out, "checkpoints", `${name}.safetensors`), 1000);
    const error = await failure(resume());
    expect(error.message).toMatch(/last\.safetensors is damaged: .*, previous\.safetensors is damaged: /);
    const { metrics } = lastingMetrics();
    await failure(resume());
    expect(lastingMetrics().metrics).toBe(metrics);
  });
});

describe("going on", () => {
  test("past the end with more epochs is the longer run", async () => {
    await collect(toyOptions(out, config({ epochs: 1 })));
    const events = await resume();
    expect(events[0]).toMatchObject({ type: "start", resumed: { epoch: 2, step: 12 }, epochs: EPOCHS });
    expect(events.at(-1)).toMatchObject({ type: "finished", epochs: EPOCHS });
    expect(lasting(out)).toEqual(whole);
    expect((await readRunConfig(out)).training.epochs).toBe(EPOCHS);
  });

  test("with fewer epochs than are done has nothing to do", async () => {
    await collect(toyOptions(out, config()));
    const events = await resume(config({ epochs: 1 }));
    expect(events.map(({ type }) => type)).toEqual(["start", "finished"]);
  });

  test("past early stopping takes more epochs or more patience", async () => {
    // So high a learning rate overshoots: some epoch soon is no better than the best one.
    const stopping = { learningRate: 30, patience: 1, epochs: 30 };
    const first = await collect(toyOptions(out, config(stopping)));
    const [stop] = eventsOf(first, "early-stop");
    expect(stop).toBeDefined();
    const { epoch } = stop as { epoch: number };
    expect(await epochsDone(resume(config(stopping)))).toBe(0);
    expect(await epochsDone(resume(config({ ...stopping, patience: 2 })))).toBeGreaterThan(0);
    const more = await epochsDone(resume(config({ ...stopping, epochs: 31 })));
    expect(more).toBeGreaterThan(0);
    expect(epoch).toBeLessThan(30);
  });

  test("a kill right after the epochs were raised does not forget that they were", async () => {
    const stopping = { learningRate: 30, patience: 1, epochs: 30 };
    await collect(toyOptions(out, config(stopping)));
    await collect(toyOptions(out, config({ ...stopping, epochs: 31 }), { resume: true }), ({ type }) => type === "start");
    expect(await epochsDone(resume(config({ ...stopping, epochs: 31 })))).toBeGreaterThan(0);
  });

  async function epochsDone(events: Promise<TrainEvent[]>): Promise<number> {
    return eventsOf(await events, "validation").length;
  }
});

describe("resume refuses", () => {
  test.each([
    ["training.learningRate from 0.3 to 0.1", { learningRate: 0.1 }],
    ["training.batchSize from 4 to 8", { batchSize: 8 }],
    ["training.seed from 1 to 2", { seed: 2 }],
  ])("changed options: %s", async (message, change) => {
    await interruptAfter(5);
    const before = lastingMetrics();
    expect((await failure(resume(config(change)))).message).toContain(message);
    expect(lastingMetrics()).toEqual(before);
  });

  test("changed options outside of training, and several at once", async () => {
    await interruptAfter(5);
    const changed = toyConfig(data, { epochs: EPOCHS, saveEvery: 3 }, { limit: 50 });
    const { message } = await failure(resume(changed));
    expect(message).toContain("data.limit from its default to 50");
    expect(message).toContain("training.saveEvery from 2 to 3");
  });

  test("a configuration that was edited", async () => {
    await interruptAfter(5);
    const path = join(out, "config.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"learningRate": 0.3', '"learningRate": 0.1'));
    expect((await failure(resume(await readRunConfig(out)))).message).toContain("was changed since the checkpoint was saved");
  });

  test("changed data, but not data that moved", async () => {
    const own = join(temporary.path, `own-${runs}.tsv`);
    copyFileSync(data, own);
    await interruptAfter(5, toyConfig(own, { epochs: EPOCHS, saveEvery: 2 }));
    const moved = `${own}.moved`;
    renameSync(own, moved);
    const wanted = toyConfig(moved, { epochs: EPOCHS, saveEvery: 2 });
    await collect(toyOptions(out, wanted, { resume: true }), ({ type }) => type === "start");
    appendFileSync(moved, "abc\tbcd\n");
    expect((await failure(resume(wanted))).message).toMatch(/the examples of .*\.moved changed/);
  });

  test("nothing where no checkpoint relies on the data yet: the vocabularies are then those of the new data", async () => {
    const own = join(temporary.path, `new-${runs}.tsv`);
    copyFileSync(data, own);
    const wanted = toyConfig(own, { epochs: 1 });
    await collect(toyOptions(out, wanted), ({ type }) => type === "start");
    appendFileSync(own, "xyz\txyz\n".repeat(20));
    await collect(toyOptions(out, wanted, { resume: true }));
    expect(readFileSync(join(out, "source.tokenizer.json"), "utf8")).toContain('"x"');
    expect(readFileSync(join(out, "bundle", "source.tokenizer.json"), "utf8")).toContain('"x"');
  });

  test("a folder without a run", async () => {
    expect((await failure(resume())).message).toContain("holds no run");
  });
});

function isGone(error: Error): false {
  expect(error.message).toBe("the process is gone");
  return false;
}

function lastingMetrics(): { metrics: string } {
  return { metrics: readFileSync(join(out, "metrics.jsonl"), "utf8") };
}
