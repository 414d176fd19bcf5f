import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { overlap } from "../src/overlap.ts";

function* made(log: string[], count: number): Generator<number> {
  for (let i = 0; i < count; i++) {
    log.push(`make ${i}`);
    yield i;
  }
}

test("the next batch is made while one is computed, and batches are computed one at a time", async () => {
  const log: string[] = [];
  const compute = async (batch: number): Promise<number> => {
    log.push(`begin ${batch}`);
    await setTimeout(2);
    log.push(`end ${batch}`);
    return batch * 10;
  };
  const results: unknown[] = [];
  for await (const item of overlap(made(log, 3), compute)) {
    log.push("use");
    results.push(item);
  }
  expect(log).toEqual(["make 0", "begin 0", "make 1", "end 0", "use", "begin 1", "make 2", "end 1", "use", "begin 2", "end 2", "use"]);
  expect(results).toEqual([
    { result: 0, last: false },
    { result: 10, last: false },
    { result: 20, last: true },
  ]);
});

test("no batch, no work; an error of either side comes through", async () => {
  const compute = async (): Promise<number> => 1;
  expect((await overlap(made([], 0), compute).next()).done).toBe(true);
  const failing = async (): Promise<number> => {
    throw new Error("computing");
  };
  await expect(overlap(made([], 2), failing).next()).rejects.toThrow("computing");
  function* broken(): Generator<number> {
    yield 0;
    throw new Error("making");
  }
  await expect(overlap(broken(), compute).next()).rejects.toThrow("making");
});
