import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Workplace } from "../support/workplace.ts";

const SOAK = fileURLToPath(new URL("../../scripts/soak.mjs", import.meta.url));
const place = await Workplace.create();

test("memory stays flat from step to step", { timeout: 240_000 }, () => {
  const env = { ...process.env, TMPDIR: place.folder };
  const { status, stdout, stderr } = spawnSync(process.execPath, [SOAK, "--steps", "900", "--hidden", "16"], { env, encoding: "utf8" });
  expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("step 900: ");
});
