import type { StepEvent, TrainEvent } from "@s2s/trainer";
import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { bytes, count, duration, shellWord, table } from "../src/report/format.ts";
import { progressLine } from "../src/report/progress-line.ts";
import { TrainReport } from "../src/report/train-report.ts";
import { trainResult } from "../src/report/train-result.ts";
import { colorsFor } from "../src/terminal.ts";
import { capturedTerminal } from "./support/capture.ts";

const step: StepEvent = {
  type: "step",
  epoch: 2,
  epochs: 4,
  step: 15,
  batch: 5,
  batches: 10,
  loss: 0.5,
  epochLoss: 0.61234,
  learningRate: 0.001,
  gradientNorm: 1,
  unitsPerSecond: 12_345.6,
  unit: "token",
  secondsLeft: 75,
};
const start: TrainEvent = {
  type: "start",
  task: "translate",
  folder: "run",
  parameters: 51_212,
  examples: { training: 1800, validation: 200 },
  filter: { read: 2000, longSources: 0, longTargets: 0 },
  vocabulary: { source: 12, target: 13 },
  threads: 2,
  epochs: 4,
  stepsPerEpoch: 10,
};
const validation: TrainEvent = {
  type: "validation",
  epoch: 2,
  epochs: 4,
  step: 20,
  trainingLoss: 0.6,
  validation: { loss: 0.5, perplexity: 1.65, tokenAccuracy: 0.875, sequenceAccuracy: 0.25 },
  best: true,
  seconds: 61,
};
const finished: TrainEvent = {
  type: "finished",
  folder: "run",
  epochs: 4,
  step: 40,
  bestEpoch: 2,
  validation: { loss: 0.5, tokenAccuracy: 0.875, sequenceAccuracy: 0.25 },
  bundle: "run/bundle",
  seconds: 90,
  next: ["s2s translate run"],
};

describe("progressLine", () => {
  it("fits any width, and shows a bar where there is room", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 10 }), (width, batch) => {
        const line = progressLine({ ...step, batch }, width);
        expect(line.length).toBeLessThanOrEqual(width);
        expect(line).toContain("%".slice(0, width - 2));
      }),
    );
    expect(progressLine(step, 80)).toBe("█████████░░░░░░░░░░░░░░  37%  epoch 2/4  loss 0.6123  12,346 tokens/s  1:15 left");
    expect(progressLine(step, 45)).toBe(" 37%  epoch 2/4  loss 0.6123  1:15 left");
  });
});

describe("TrainReport", () => {
  it("writes plain lines, with no control characters, where there is no terminal", () => {
    const { terminal, out, err } = capturedTerminal();
    const report = new TrainReport(terminal, terminal.stdout);
    for (const event of [start, step, validation, finished]) report.show(event);
    report.close();
    expect(err.text).toBe("");
    expect(out.text).toMatchInlineSnapshot(`
      "run: 51,212 parameters, vocabulary 12 -> 13
      1,800 examples to train on, 200 to validate, 4 epochs, 2 threads
      epoch 2/4  loss 0.6000  validation 0.5000  tokens 87.5%  exact 25.0%  1:01  best
      Done in 1:30: epoch 2 (validation 0.5000, tokens 87.5%, exact 25.0%) is the model in run/bundle
      Next:
        s2s translate run
      "
    `);
  });

  it("tells the progress of a long epoch from time to time", () => {
    const now = vi.spyOn(performance, "now").mockReturnValue(0);
    const { terminal, out } = capturedTerminal();
    const report = new TrainReport(terminal, terminal.stdout);
    for (const second of [1, 9, 10.5, 12, 21]) {
      now.mockReturnValue(second * 1000);
      report.show(step);
    }
    now.mockRestore();
    expect(out.text).toBe("epoch 2/4  loss 0.6123  12,346 tokens/s  1:15 left  step 5/10 of the epoch\n".repeat(2));
  });

  it("draws a bar on a terminal and takes it away before every line", () => {
    const { terminal, out, err } = capturedTerminal(80);
    const report = new TrainReport(terminal, terminal.stdout);
    report.show(start);
    report.show(step);
    expect(out.text).toContain("░ ");
    report.note("a note");
    report.show(step);
    report.show({ type: "fallback", file: "last", reason: "is damaged", used: "previous" });
    report.close();
    report.close();
    // Clearing the line is the last thing that happens to it.
    expect(out.text.endsWith("\u001b[2K")).toBe(true);
    for (const lasting of ["\u001b[?7l", "\u001b[?25l"]) expect(out.text).not.toContain(lasting);
    expect(err.text).toBe("s2s: a note\ns2s: last is damaged: going on from previous\n");
  });
});

describe("colorsFor", () => {
  it("colours terminals, unless the environment says otherwise", () => {
    const on = (columns: number | undefined, env: NodeJS.ProcessEnv) =>
      colorsFor(capturedTerminal(columns).terminal.stdout, env).isColorSupported;
    expect(on(80, {})).toBe(true);
    expect(on(80, { NO_COLOR: "1" })).toBe(false);
    expect(on(80, { NO_COLOR: "1", FORCE_COLOR: "1" })).toBe(false);
    expect(on(80, { TERM: "dumb" })).toBe(false);
    expect(on(80, { FORCE_COLOR: "0" })).toBe(false);
    expect(on(undefined, { CI: "true" })).toBe(false);
    expect(on(undefined, { FORCE_COLOR: "1" })).toBe(true);
  });
});

describe("trainResult", () => {
  it("holds the figures of the whole run", () => {
    expect(trainResult([start, validation, finished])).toEqual({
      status: "finished",
      folder: "run",
      epochs: 4,
      step: 40,
      bestEpoch: 2,
      validation: { loss: 0.5, tokenAccuracy: 0.875, sequenceAccuracy: 0.25 },
      bundle: "run/bundle",
      seconds: 90,
      task: "translate",
      parameters: 51_212,
      examples: { training: 1800, validation: 200 },
      vocabulary: { source: 12, target: 13 },
      threads: 2,
      history: [{ epoch: 2, step: 20, trainingLoss: 0.6, validation: validation.validation, best: true, seconds: 61 }],
    });
  });
});

describe("format", () => {
  it("writes figures as people read them", () => {
    expect([0, 59.6, 3599, 3600, 90_061].map(duration)).toEqual(["0:00", "1:00", "59:59", "1:00:00", "25:01:01"]);
    expect([0, 999, 1000, 28_100_000, 5e15].map(bytes)).toEqual(["0 B", "999 B", "1.0 kB", "28.1 MB", "5000.0 TB"]);
    expect(count(1234567.8)).toBe("1,234,568");
    expect(["tmp/run", "my run", "it's"].map(shellWord)).toEqual(["tmp/run", "'my run'", String.raw`'it'\''s'`]);
    expect(
      table([
        ["a", "1"],
        ["bcd", "1,000"],
      ]),
    ).toEqual(["a        1", "bcd  1,000"]);
  });
});
