import type { InputConfig, TaskName } from "@s2s/runtime/manifest";
import { expect, it } from "vitest";
import { taskOf } from "../src/tasks/index.ts";

it.each<[TaskName, InputConfig["kind"], string, string]>([
  ["translate", "tokens", 'translate RUN "some text"', ".tsv"],
  ["translate", "vectors", "predict RUN < sources.jsonl", ".jsonl"],
  ["caption", "image", "predict RUN image.png", ".tsv"],
  ["caption", "frames", "predict RUN < sources.jsonl", ".jsonl"],
  ["classify", "tokens", 'predict RUN "some text"', ".tsv"],
  ["classify", "image", "predict RUN image.png", ".tsv"],
  ["classify", "vector", "predict RUN < sources.jsonl", ".jsonl"],
  ["tag", "vectors", "predict RUN < sources.jsonl", ".jsonl"],
  ["next", "tokens", 'predict RUN "the beginning"', ".txt"],
  ["next", "vectors", "predict RUN series.csv", ".csv"],
  ["generate", "none", 'predict RUN "the beginning"', ".txt"],
  ["forecast", "vectors", "predict RUN series.csv", ".csv"],
  ["draw", "tokens", 'predict RUN "word" --out drawing.svg', ".jsonl"],
  ["draw", "none", "predict RUN --out drawing.svg", ".jsonl"],
])("%s of %s is asked by %s", (name, kind, line, ending) => {
  const task = taskOf(name);
  expect([task.ask("RUN", kind), task.fileEnding(kind)]).toEqual([line, ending]);
});
