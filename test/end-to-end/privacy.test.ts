import { spawnSync } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { BIN } from "../../packages/cli/test/support/bin.ts";
import { letterSequences, reversalPairs } from "../support/tasks.ts";
import { Workplace } from "../support/workplace.ts";

const place = await Workplace.create();

test("ONNX Runtime keeps no device id and leaves no files behind: its telemetry is off, in the workers too", async () => {
  await place.write("pairs.tsv", reversalPairs(letterSequences(40)));
  for (const folder of ["home", "temporary"]) await mkdir(place.path(folder));
  const { ORT_DISABLE_TELEMETRY: _, ...others } = process.env;
  const env = { ...others, HOME: place.path("home"), TMPDIR: place.path("temporary") };
  const s2s = (...args: string[]) => spawnSync(process.execPath, [BIN, ...args], { cwd: place.folder, env, encoding: "utf8" });
  const train = ["train", "--data", "pairs.tsv", "--hidden", "8", "--embedding", "8", "--threads", "2", "--epochs", "1", "--out", "run"];
  for (const args of [train, ["translate", "run", "abc"]]) {
    const { status, stderr } = s2s(...args);
    expect(status, stderr).toBe(0);
  }
  for (const folder of ["home", "temporary"]) expect(await readdir(place.path(folder))).toEqual([]);
});
