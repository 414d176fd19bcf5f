import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { threads } from "#threads";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { OpenRequest } from "../src/engine/service.ts";
import { UserError } from "../src/errors.ts";
import { load } from "../src/load.ts";
import { toError, toFailure } from "../src/worker/failure.ts";
import { startThread } from "../src/worker/node-channel.ts";
import { Remote } from "../src/worker/remote.ts";
import { writeCountdown } from "./countdown.ts";

// Threads run the built package: `npm run build` before.

const root = mkdtempSync(join(tmpdir(), "s2s-worker-"));
const folder = join(root, "countdown");
beforeAll(() => void writeCountdown(folder, { maxTargetLength: 100_000 }));
afterAll(() => rmSync(root, { recursive: true }));

/** Longest time between two turns of the event loop while something is being done. */
async function longestPause(work: () => Promise<unknown>): Promise<number> {
  let [longest, last] = [0, performance.now()];
  const tick = (): void => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  };
  const timer = setInterval(tick, 5);
  await work();
  tick();
  clearInterval(timer);
  return longest;
}

test("a thread answers as the calling one does, which stays free meanwhile", async () => {
  const here = await load(folder, { worker: false });
  expect(here.thread).toEqual({ kind: "main", reason: "asked for" });
  const pauses = await longestPause(async () => {
    const model = await load(folder);
    expect(model.thread).toEqual({ kind: "worker", reason: "a thread of its own" });
    expect(model.device).toEqual({ name: "node-cpu", reason: expect.stringMatching(/^auto: /) });
    expect(await model.generate("c", { beams: 2, nBest: 2, maxLength: 20 })).toEqual(
      await here.generate("c", { beams: 2, nBest: 2, maxLength: 20 }),
    );
    expect(await model.score([["c", "fedcba"]])).toEqual(await here.score([["c", "fedcba"]]));
    expect(await model.generate(["abcdefgh", "c"])).toMatchObject([{ error: expect.any(String) }, { text: "fedcba" }]);
    const texts: string[] = [];
    for await (const { text } of model.stream("c")) texts.push(text);
    expect(texts).toEqual([..."fedcba", ""]);
    // "ab" alternates for ever: some seconds of work, which the abort ends.
    await expect(model.generate("ab", { signal: AbortSignal.timeout(300) })).rejects.toThrow(/timeout/);
    expect((await model.generate("c")).text).toBe("fedcba");
    await model.dispose();
  });
  expect(pauses).toBeLessThan(150);
  await here.dispose();
});

test("errors keep their class on the way", async () => {
  const model = await load(folder);
  const error = await model.generate("c", { beams: 0 }).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(UserError);
  await model.dispose();
  await model.dispose();
  await expect(model.generate("c")).rejects.toThrow("the model was disposed of");
  await expect(load(join(root, "none"))).rejects.toThrow(UserError);
  const bug = toError(toFailure(new RangeError("a bug")));
  expect(bug).not.toBeInstanceOf(UserError);
  expect([bug.name, bug.message, bug.stack]).toEqual(["RangeError", "a bug", expect.stringContaining("worker.test.ts")]);
  expect(toError(toFailure("thrown text"))).toEqual(new Error("thrown text"));
});

test("dispose waits for the calls under way", async () => {
  const model = await load(folder);
  const answer = model.generate("c");
  await model.dispose();
  expect((await answer).text).toBe("fedcba");
});

test.each(["generate", "score"] as const)("a worker that crashes in %s rejects what waits, and what comes later", async (method) => {
  const channel = await startThread(new URL("./support/failing-worker.mjs", import.meta.url));
  const remote = await Remote.open(channel, {} as OpenRequest);
  const call = async () => remote[method]([], {});
  const settled = await Promise.allSettled([call(), remote.stream("a", {}, () => {})]);
  const reason = new Error(
    `the model's worker crashed (${method === "generate" ? "out of something" : "exit code 7"}); load the model again`,
  );
  expect(settled).toEqual([
    { status: "rejected", reason },
    { status: "rejected", reason },
  ]);
  await expect(call()).rejects.toThrow(reason);
  await remote.dispose();
});

test("where no thread can be started the calling one is used, which is said", async () => {
  const spy = vi.spyOn(threads, "startWorker").mockRejectedValue(new Error("no threads left"));
  const model = await load(folder);
  expect(model.thread).toEqual({ kind: "main", reason: "no worker could be started (no threads left)" });
  spy.mockRestore();
  expect((await model.generate("c")).text).toBe("fedcba");
  await model.dispose();
  await expect(startThread(new URL("./none.mjs", import.meta.url))).rejects.toThrow(/Cannot find module/);
  await expect(load(folder, { worker: "worker.js" })).rejects.toThrow(/^worker: an address is for pages/);
});

test("a load that is aborted rejects at once", async () => {
  const controller = new AbortController();
  const loading = load(folder, { signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(loading).rejects.toThrow("enough");
});

describe("a program", () => {
  function run(code: string) {
    const script = `import { load } from "@s2s/runtime"; const model = await load(${JSON.stringify(folder)}); ${code}`;
    return spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: import.meta.dirname,
      encoding: "utf8",
      timeout: 30_000,
    });
  }

  test("ends by itself where only an idle model is left", () => {
    expect(run('console.log((await model.generate("c")).text);')).toMatchObject({ status: 0, stdout: "fedcba\n", stderr: "" });
  });

  test("goes on until its calls are answered", () => {
    expect(run('model.generate("c").then(({ text }) => console.log(text));')).toMatchObject({ status: 0, stdout: "fedcba\n", stderr: "" });
  });
});
