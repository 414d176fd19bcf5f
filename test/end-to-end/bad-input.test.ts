import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { probeProvider } from "@s2s/runtime";
import { beforeAll, describe, expect, test } from "vitest";
import { BIN, s2s } from "../../packages/cli/test/support/bin.ts";
import { letterSequences, reversalPairs } from "../support/tasks.ts";
import { Workplace } from "../support/workplace.ts";

/** What packages/cli/test/bad-input.e2e.test.ts leaves open: what takes rights, devices, or damage at any place. */
const place = await Workplace.create();
const TINY = ["--hidden", "8", "--embedding", "8", "--threads", "1"];
const train = (out: string, ...more: string[]) => ["train", "--data", "pairs.tsv", ...TINY, "--out", out].concat(more);

beforeAll(async () => {
  await place.write("pairs.tsv", reversalPairs(letterSequences(60)));
  await place.ok(...train("run", "--epochs", "2"));
});

describe("options", () => {
  test.each([
    [["train", "--epoch", "3"], "unknown option --epoch: did you mean --epochs?"],
    [["train", "--encoder.layer", "3"], "unknown option --encoder.layer: did you mean --encoder.layers?"],
    [["evaluate", "run", "--date", "x"], "unknown option --date: did you mean --data?"],
    [["translat", "run"], "unknown command translat: did you mean translate?"],
    [["bench", "train", "--case", "char-512"], "--case char-512: must be one of char-64, "],
    [["init", "x", "--recipe", "date"], "--recipe date: must be one of dates"],
    [train("x", "--dropout", "1"), "--dropout 1: must be a number of at least 0 and below 1"],
    [train("x", "--layers", "2.5"), "--layers 2.5: must be a whole number from 1 to 64"],
    [train("x", "--batch-size", "0"), "--batch-size 0: must be a whole number from 1 to 65536"],
    [train("x", "--ep", "cdua"), "--ep cdua: must be one of cpu, cuda, webgpu"],
    [["translate", "run", "a", "--ep", "tpu"], "--ep tpu: must be one of cpu, cuda, webgpu"],
    [["translate", "run", "a", "--threads", "-1"], "--threads -1: must be a whole number from 1 to 1024"],
  ])("%j", async (args, message) => {
    expect(await place.refused(...args)).toContain(message);
    expect(await readdir(place.folder)).not.toContain("x");
  });
});

const cuda = await probeProvider("cuda");
test.skipIf(cuda.available)("CUDA where it is not installed is refused before anything is written, with what to install", async () => {
  const lines = [
    await place.refused(...train("cuda", "--ep", "cuda")),
    await place.refused("evaluate", "run", "--data", "pairs.tsv", "--ep", "cuda"),
  ];
  for (const line of lines) expect(line).toMatch(/^provider cuda is not available here \(.+\): it needs .*CUDA 12, cuDNN 9.*; or use cpu$/);
  expect(await readdir(place.folder)).not.toContain("cuda");
});

test.skipIf(process.platform !== "linux")("WebGPU without a device is refused the same way", async () => {
  // No driver of Vulkan is found under this name, so that a machine with a GPU has none for a moment.
  const env = { VK_ICD_FILENAMES: "/nowhere.json" };
  for (const args of [train("webgpu"), ["translate", "run", "abc"]]) {
    const { code, stdout, stderr } = await s2s([...args, "--ep", "webgpu"], { cwd: place.folder, env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^s2s: provider webgpu is not available here \(.+\): it needs a GPU and its driver: .*; or use cpu\n$/);
  }
  expect(await readdir(place.folder)).not.toContain("webgpu");
});

describe("text that is not UTF-8 is named by file and line", () => {
  const bytes = Buffer.concat([Buffer.from("ab\tba\ncd\tdc\n"), Buffer.of(0x61, 0xff), Buffer.from("\tx\n")]);
  beforeAll(() => place.write("bytes.tsv", bytes));

  test.each([
    ["training pairs", ["train", "--data", "bytes.tsv", "--out", "x"]],
    ["validation pairs", train("x", "--valid", "bytes.tsv")],
    ["pairs to evaluate on", ["evaluate", "run", "--data", "bytes.tsv"]],
  ])("%s", async (_what, args) => {
    expect(await place.refused(...args)).toMatch(/bytes\.tsv:3: is not valid UTF-8/);
  });

  test("standard input: the other lines are answered", async () => {
    const { code, stdout, stderr } = await place.s2s(
      ["translate", "run", "--json"],
      Buffer.concat([Buffer.from("ab\n"), Buffer.of(0xc3, 0x28, 0x0a), Buffer.from("cd\n")]),
    );
    expect({ code, stderr }).toEqual({ code: 2, stderr: "s2s: line 2: is not valid UTF-8: convert it to UTF-8\n" });
    const keys = stdout
      .trimEnd()
      .split("\n")
      .map((line) => Object.keys(JSON.parse(line) as object)[0]);
    expect(keys).toEqual(["text", "line", "text"]);
  });
});

test.skipIf(process.getuid?.() !== 0)("a file or folder without permission, as another user", async ({ skip }) => {
  const folder = await mkdtemp(join(tmpdir(), "s2s user "));
  try {
    await writeFile(join(folder, "pairs.tsv"), "a\tb\n");
    await chmod(join(folder, "pairs.tsv"), 0o600);
    await chmod(folder, 0o755);
    const nobody = (...args: string[]) =>
      spawnSync(process.execPath, [BIN, ...args], { cwd: folder, uid: 65_534, gid: 65_534, encoding: "utf8", env: {} });
    skip(nobody("--version").status !== 0, "other users may not read this checkout");
    const unreadable = nobody("train", "--data", "pairs.tsv", "--out", "run");
    expect(unreadable).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(/^s2s: .*pairs\.tsv: may not be read: check the file's permissions\n$/),
    });
    await chmod(join(folder, "pairs.tsv"), 0o644);
    const unwritable = nobody("train", "--data", "pairs.tsv", "--valid", "pairs.tsv", "--out", "run");
    expect(unwritable).toMatchObject({ status: 2, stderr: "s2s: run: cannot write: no permission to write here; choose another folder\n" });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
