import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { killAll, s2s, start } from "./support/bin.ts";
import { writeTask } from "./support/task.ts";

const LONG = ["--data", "pairs.tsv", "--hidden", "16", "--embedding", "8", "--epochs", "1000"];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "s2s process "));
  await writeTask(folder, 400);
});
afterEach(killAll);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the process", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("finishes the step, saves and says how to go on at %s", async (signal, exitCode) => {
    const { process: child, finished, waitFor } = start(["train", ...LONG, "--out", signal], { cwd: folder });
    await waitFor("epoch    2/1000");
    // Shells and package managers pass the same press on: once more within a moment must not kill.
    child.kill(signal);
    child.kill(signal);
    const { code, stdout, stderr } = await finished;
    expect(code).toBe(exitCode);
    expect(stderr).toBe("s2s: finishing this step, then saving; Ctrl-C again ends at once\n");
    const end = stdout.trim().split("\n").slice(-2);
    expect(end).toEqual([
      expect.stringMatching(/^Stopped after step [\d,]+ \(epoch \d+\); everything is saved in SIG/),
      `  s2s train --resume ${signal}`,
    ]);
    const resumed = await s2s(["train", "--resume", signal, "--epochs", "1", "--json"], { cwd: folder });
    expect(resumed.code, resumed.stderr).toBe(0);
  });

  it("reports an interrupted run as JSON too", async () => {
    const { process: child, finished } = start(["train", ...LONG, "--out", "json", "--json"], { cwd: folder });
    await new Promise<void>((resolve) => child.stderr?.on("data", (text: string) => text.includes("epoch    1/1000") && resolve()));
    child.kill("SIGINT");
    const { code, stdout } = await finished;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ status: "interrupted", folder: "json" });
  });

  it("keeps what was saved when it is killed, and goes on from there", async () => {
    const { process: child, finished, waitFor } = start(["train", ...LONG, "--out", "killed"], { cwd: folder });
    await waitFor("epoch    3/1000");
    child.kill("SIGKILL");
    expect((await finished).signal).toBe("SIGKILL");
    const resumed = start(["train", "--resume", "killed"], { cwd: folder });
    await resumed.waitFor("validation ");
    resumed.process.kill("SIGINT");
    const { code, stdout } = await resumed.finished;
    expect(code).toBe(130);
    const [, epoch] = /^Going on in epoch (\d+), after step \d+\.$/m.exec(stdout) ?? [];
    expect(Number(epoch)).toBeGreaterThanOrEqual(3);
  });

  it("removes a half written export at Ctrl-C", async () => {
    const trained = await s2s(["train", "--data", "pairs.tsv", "--hidden", "8", "--embedding", "8", "--epochs", "1", "--out", "short"], {
      cwd: folder,
    });
    expect(trained.code, trained.stderr).toBe(0);
    const out = join(folder, "half", "bundle");
    const options = ["--data", "pairs.tsv", "--precision", "int8,float16", "--max-accuracy-drop", "1", "--out", out];
    const { process: child, finished } = start(["export", "short", ...options], { cwd: folder });
    while (!existsSync(`${out}.s2s-next`) && child.exitCode === null) await setTimeout(2);
    child.kill("SIGINT");
    expect(await finished).toMatchObject({
      code: 130,
      stdout: "",
      stderr: "s2s: removing what is half written; Ctrl-C again ends at once\n",
    });
    expect(readdirSync(join(folder, "half"))).toEqual([]);
  });

  it("ends in silence when nobody reads its output any more", async () => {
    const { process: child, finished } = start(["schema", "config"], { cwd: folder });
    child.stdout?.destroy();
    expect(await finished).toMatchObject({ code: 0, stderr: "" });
  });

  it("answers lines while its input stays open", async () => {
    expect(
      (await s2s(["train", "--data", "pairs.tsv", "--hidden", "8", "--embedding", "8", "--epochs", "1", "--out", "tiny"], { cwd: folder }))
        .code,
    ).toBe(0);
    const { process: child, finished, waitFor } = start(["translate", "tiny", "--json"], { cwd: folder });
    child.stdin?.write("abc\n");
    await waitFor('"text"');
    child.stdin?.end();
    expect((await finished).code).toBe(0);
  });

  it("is plain in a pipe, in colour where that is asked for", async () => {
    const help = (env: Record<string, string>) => s2s(["--help"], { cwd: folder, env });
    expect((await help({})).stdout).not.toContain("\u001b");
    expect((await help({ CI: "true" })).stdout).not.toContain("\u001b");
    expect((await help({ FORCE_COLOR: "1" })).stdout).toContain("\u001b[1mUsage:");
    expect((await help({ FORCE_COLOR: "1", NO_COLOR: "1" })).stdout).not.toContain("\u001b");
  });

  it("takes paths of the root script from the folder where it was called", async () => {
    const script = fileURLToPath(new URL("../../../scripts/s2s.mjs", import.meta.url));
    const sub = join(folder, "sub");
    await mkdir(sub, { recursive: true });
    await writeFile(join(sub, "bad.tsv"), "one column\n");
    const args = ["train", "--data", "bad.tsv", "--out", "x"];
    const called = (event: string) => s2s(args, { script, cwd: folder, env: { npm_lifecycle_event: event, INIT_CWD: sub } });
    expect((await called("s2s")).stderr).toContain("bad.tsv:1: 1 column");
    // Inherited below another script (npm run quickstart), the folder is not what the caller meant.
    expect((await called("quickstart")).stderr).toContain("does not exist");
    const published = await s2s(args, { cwd: folder, env: { npm_lifecycle_event: "s2s", INIT_CWD: sub } });
    expect(published.stderr).toContain("does not exist");
  });
});
