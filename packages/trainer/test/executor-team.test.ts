import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "@s2s/runtime";
import { afterEach, describe, expect, it } from "vitest";
import { newBarriers } from "../src/executors/barrier.ts";
import { WorkerTeam } from "../src/executors/worker-team.ts";

const file = new URL("support/team-worker.mjs", import.meta.url);
const beats = new Int32Array(new SharedArrayBuffer(4));
const teams: WorkerTeam<string>[] = [];

async function startTeam(starts: readonly string[]): Promise<WorkerTeam<string>> {
  const barriers = newBarriers();
  const workerData = starts.map((start) => ({ start, barriers, workers: starts.length, beats }));
  const team = await WorkerTeam.start<string>(file, workerData, barriers);
  teams.push(team);
  return team;
}

/** Whether a thread of this file's still runs. */
async function anyAlive(): Promise<boolean> {
  const before = Atomics.load(beats, 0);
  await delay(60);
  return Atomics.load(beats, 0) !== before;
}

afterEach(async () => {
  for (const team of teams.splice(0)) await team.close();
}, 5000);

// A failure that is not told to the others shows as a test that never ends.
describe("workers that step together", { timeout: 15_000 }, () => {
  it("answer in order and meet again and again", async () => {
    const team = await startTeam(["ok", "ok", "ok"]);
    expect(await anyAlive()).toBe(true);
    expect(await team.ask(["a", "b", "c"])).toEqual(["a", "b", "c"]);
    expect(await team.ask(["d", "e", "f"])).toEqual(["d", "e", "f"]);
  });

  it.each([
    ["throw before", TypeError.name, "no gradients"],
    ["throw between", TypeError.name, "no squares"],
    ["exit before", Error.name, "a training worker ended with code 7"],
    ["exit between", Error.name, "a training worker ended with code 8"],
    ["uncaught", RangeError.name, "out of the blue"],
  ])("give up where one fails: %s", async (how, name, message) => {
    for (const place of [0, 2]) {
      const team = await startTeam(["ok", "ok", "ok"]);
      const asked = team.ask(["", "", ""].map((_, i) => (i === place ? how : "fine")));
      await expect(asked).rejects.toMatchObject({ name, message });
      await team.close();
    }
    expect(await anyAlive()).toBe(false);
  });

  it("keep the code of an error that ended a thread, by which running out of memory is known", async () => {
    const team = await startTeam(["ok", "ok"]);
    await expect(team.ask(["a", "uncaught"])).rejects.toMatchObject({ code: "ERR_BLUE" });
  });

  it("step on after one that threw", async () => {
    const team = await startTeam(["ok", "ok"]);
    await expect(team.ask(["a", "throw before"])).rejects.toThrow("no gradients");
    expect(await team.ask(["a", "b"])).toEqual(["a", "b"]);
  });

  it("refuse to step without a worker that ended, and do not wait for it", async () => {
    const team = await startTeam(["ok", "ok"]);
    await expect(team.ask(["exit between", "a"])).rejects.toThrow("code 8");
    await expect(team.ask(["a", "b"])).rejects.toThrow("code 8");
  });

  it("keep a user's mistake one", async () => {
    const team = await startTeam(["ok", "ok"]);
    await expect(team.ask(["a", "user"])).rejects.toThrow(new UserError("a wrong batch"));
    await expect(startTeam(["ok", "user"])).rejects.toBeInstanceOf(UserError);
  });

  it.each([
    ["throw", "no start today"],
    ["user", "no such graph"],
    ["exit", "code 3"],
  ])("leave nobody behind where one cannot start: %s", async (start, message) => {
    await expect(startTeam(["ok", start, "ok"])).rejects.toThrow(message);
    expect(await anyAlive()).toBe(false);
  });

  it("refuse a second request while they work on one, which goes on", async () => {
    const team = await startTeam(["ok", "ok"]);
    const first = team.ask(["a", "b"]);
    await expect(team.ask(["c", "d"])).rejects.toThrow("busy");
    expect(await first).toEqual(["a", "b"]);
  });

  it("finish what they do before they are closed, and do nothing afterwards", async () => {
    const team = await startTeam(["ok", "ok"]);
    const asked = team.ask(["a", "b"]);
    await team.close();
    expect(await asked).toEqual(["a", "b"]);
    expect(await anyAlive()).toBe(false);
    await expect(team.ask(["a", "b"])).rejects.toThrow("closed");
  });
});
