import type { TaskName } from "@s2s/runtime/manifest";
import { describe, expect, it } from "vitest";
import { isBetter } from "../src/best-epoch.ts";
import { taskOf } from "../src/tasks/index.ts";

describe("isBetter", () => {
  it.each<[TaskName, string, better: number, worse: number]>([
    ["translate", "sequenceAccuracy", 0.9, 0.8],
    ["caption", "sequenceAccuracy", 0.9, 0.8],
    ["classify", "accuracy", 0.9, 0.8],
    ["tag", "tokenAccuracy", 0.9, 0.8],
    ["next", "accuracy", 0.9, 0.8],
    ["next", "mae", 2, 3],
    ["forecast", "mae", 2, 3],
  ])("goes by what %s counts (%s)", (name, figure, better, worse) => {
    const task = taskOf(name);
    const [good, bad] = [
      { loss: 2, [figure]: better },
      { loss: 1, [figure]: worse },
    ];
    expect(isBetter(task, "answers", good, bad)).toBe(true);
    expect(isBetter(task, "answers", bad, good)).toBe(false);
    expect(isBetter(task, "loss", good, bad)).toBe(false);
    // The loss decides between equals, and what was no number is worth less than any.
    expect(isBetter(task, "answers", { ...good, loss: 1 }, good)).toBe(true);
    expect(isBetter(task, "answers", good, good)).toBe(false);
    expect(isBetter(task, "answers", good, { loss: 1 })).toBe(true);
    expect(isBetter(task, "answers", { loss: 1 }, good)).toBe(false);
    expect(isBetter(task, "answers", { loss: 1 }, { loss: 2 })).toBe(true);
  });

  it("takes the first epoch, and the newest where nothing is held out", () => {
    const task = taskOf("classify");
    expect(isBetter(task, "answers", { loss: 1, accuracy: 0 }, undefined)).toBe(true);
    expect(isBetter(task, "loss", null, null)).toBe(true);
  });

  it("takes every epoch where the last one counts", () => {
    expect(isBetter(taskOf("generate"), "last", { loss: 2 }, { loss: 1 })).toBe(true);
  });

  it("has nothing to go by where answers are neither right nor wrong", () => {
    expect([taskOf("generate").worth, taskOf("draw").worth]).toEqual([undefined, undefined]);
  });
});
