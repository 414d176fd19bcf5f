import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Workplace } from "../support/workplace.ts";

const SOAK = fileURLToPath(new URL("../../scripts/soak.mjs", import.meta.url));
const place = await Workplace.create();

function soak(...args: string[]): string {
  const env = { ...process.env, TMPDIR: place.folder };
  const { status, stdout, stderr } = spawnSync(process.execPath, [SOAK, ...args], { env, encoding: "utf8" });
  expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: "" });
  return stdout;
}

test("memory stays flat from step to step", { timeout: 240_000 }, () => {
  expect(soak("--steps", "900", "--hidden", "16")).toContain("step 900: ");
});

test("memory stays flat from load to load and from answer to answer", { timeout: 240_000 }, () => {
  const stdout = soak("runtime", "--loads", "120", "--generations", "2100");
  expect(stdout).toContain("load 120: ");
  expect(stdout).toContain("generation 2100: ");
});
