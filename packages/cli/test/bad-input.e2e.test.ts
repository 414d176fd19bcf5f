import { spawnSync } from "node:child_process";
import { chmod, cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BIN, s2s } from "./support/bin.ts";
import { writeTask } from "./support/task.ts";

const TINY = ["--hidden", "8", "--embedding", "8", "--epochs", "1", "--threads", "1"];

/** A limit on the size of files stands for a full disk, which a test cannot make. */
const canLimitFileSize = process.platform === "linux";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "s2s bad "));
  await writeTask(folder, 200);
  const { code, stderr } = await s2s(["train", "--data", "pairs.tsv", "--out", "run", ...TINY], { cwd: folder });
  expect(code, stderr).toBe(0);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a command that must be refused: one line, exit code 2. Returns the line. */
async function refused(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await s2s(args, { cwd: folder });
  expect({ code, stdout, lines: stderr.trimEnd().split("\n").length }, stderr).toEqual({ code: 2, stdout: "", lines: 1 });
  expect(stderr).toMatch(/^s2s: /);
  return stderr;
}
const write = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);
const train = (...args: string[]) => refused("train", "--out", "new", ...TINY, ...args);

describe("bad input", () => {
  it("missing and unreadable files", async () => {
    expect(await train("--data", "nowhere.tsv")).toMatch(/nowhere\.tsv: does not exist/);
    expect(await train("--data", ".")).toMatch(/is a folder/);
    expect(await train("--config", "nowhere.json")).toMatch(/nowhere\.json: does not exist/);
    expect(await refused("evaluate", "run", "--data", "nowhere.tsv")).toMatch(/nowhere\.tsv: does not exist/);
    expect(await refused("translate", "nowhere", "x")).toMatch(/nowhere: there is no such folder/);
    expect(await refused("inspect", "nowhere")).toMatch(/nowhere: cannot be read/);
    expect(await refused("train", "--resume", "nowhere")).toMatch(/nowhere: holds no run/);
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === "win32")("files that may not be read", async () => {
    await write("secret.tsv", "a\tb\n");
    await chmod(join(folder, "secret.tsv"), 0);
    expect(await train("--data", "secret.tsv")).toMatch(/secret\.tsv: may not be read/);
  });

  it("a line with too few columns, by file and line", async () => {
    await write("columns.tsv", "a\tb\nonly one\n");
    expect(await train("--data", "columns.tsv")).toMatch(/columns\.tsv:2: 1 column, but /);
    expect(await refused("evaluate", "run", "--data", "columns.tsv")).toMatch(/columns\.tsv:2: 1 column, but /);
  });

  it("invalid UTF-8, by file and line", async () => {
    await write("latin1.tsv", Buffer.from("a\tb\nb\u00e9b\u00e9\tc\n", "latin1"));
    expect(await train("--data", "latin1.tsv")).toMatch(/latin1\.tsv:2: is not valid UTF-8/);
  });

  it("no data, and no pair left", async () => {
    await write("empty.tsv", "");
    expect(await train("--data", "empty.tsv")).toMatch(/empty\.tsv: is empty/);
    expect(await train("--data", "pairs.tsv", "--max-length", "1")).toMatch(/pairs\.tsv: no pair is left: dropped 200 of 200/);
    expect(await train()).toMatch(/no training pairs: .*--data/);
  });

  it("unknown keys of a configuration, with line and nearest known key", async () => {
    await write("bad.json", '{\n  "training": {\n    "epoch": 3\n  }\n}\n');
    expect(await train("--config", "bad.json")).toBe("s2s: bad.json:3: unknown key training.epoch: did you mean training.epochs?\n");
    await write("range.json", '{\n  "encoder": { "layers": 0 }\n}\n');
    expect(await train("--config", "range.json")).toMatch(/range\.json:2: encoder\.layers must be a whole number from 1 to 64, but is 0/);
    await write("broken.json", '{\n  "encoder": {\n');
    expect(await train("--config", "broken.json")).toMatch(/broken\.json:\d: is not valid JSON/);
  });

  it("an output folder that holds a run or anything else, which stays as it is", async () => {
    const config = await readFile(join(folder, "run", "config.json"));
    expect(await refused("train", "--data", "pairs.tsv", "--out", "run", ...TINY)).toMatch(
      /run: holds a run already; go on with it by `--resume run`/,
    );
    expect(await readFile(join(folder, "run", "config.json"))).toEqual(config);
    expect(await refused("train", "--data", "pairs.tsv", "--out", ".", ...TINY)).toMatch(/is not empty/);
    expect(await refused("train", "--data", "pairs.tsv", "--out", "pairs.tsv", ...TINY)).toMatch(/pairs\.tsv: /);
  });

  it.skipIf(process.platform !== "linux")("an output folder that cannot be made", async () => {
    expect(await refused("train", "--data", "pairs.tsv", "--out", "/proc/s2s/run", ...TINY)).toMatch(/\/proc\/s2s/);
    expect(await refused("build-graph", "--source-vocab", "9", "--target-vocab", "9", "--out", "/proc/s2s/graphs")).toMatch(/\/proc\/s2s/);
    expect(await refused("init", "/proc/s2s/dates")).toMatch(/\/proc\/s2s/);
  });

  it("a changed option when resuming", async () => {
    expect(await refused("train", "--resume", "run", "--hidden", "9")).toMatch(/cannot change encoder\.hidden from 8 to 9/);
  });

  it("a provider that is not here, with what to install, as doctor says it", async () => {
    const { stdout } = await s2s(["doctor", "--json"], { cwd: folder });
    const { providers } = JSON.parse(stdout) as { providers: { provider: string; available: boolean; install?: string }[] };
    const absent = providers.filter(({ available }) => !available);
    for (const { provider, install } of absent) {
      expect(await train("--data", "pairs.tsv", "--ep", provider)).toContain(install);
      expect(await refused("translate", "run", "x", "--ep", provider)).toContain(install);
    }
    expect(await readdir(folder)).not.toContain("new");
  });

  it("a damaged or truncated bundle", async () => {
    for (const [name, damage] of [
      ["weights.safetensors", (path: string) => truncate(path, 100)],
      ["encoder.onnx", (path: string) => writeFile(path, "x")],
      ["s2s.json", (path: string) => writeFile(path, "{")],
    ] as const) {
      const copy = join(folder, `damaged ${name}`);
      await cp(join(folder, "run", "bundle"), copy, { recursive: true });
      await damage(join(copy, name));
      for (const command of [
        ["translate", copy, "x"],
        ["inspect", copy],
        ["evaluate", copy, "--data", "pairs.tsv"],
      ]) {
        expect(await refused(...command)).toContain(name);
      }
    }
    await write("no.onnx", "not a graph");
    expect(await refused("inspect", "no.onnx")).toMatch(/no\.onnx: is not an ONNX model/);
  });

  it("a damaged checkpoint: goes on from the one before and says so", async () => {
    await cp(join(folder, "run"), join(folder, "hurt"), { recursive: true });
    const resume = (epochs: number) => s2s(["train", "--resume", "hurt", "--epochs", String(epochs)], { cwd: folder });
    expect((await resume(2)).code).toBe(0);
    const last = join(folder, "hurt", "checkpoints", "last.safetensors");
    await truncate(last, Math.floor((await stat(last)).size / 2));
    const { code, stdout, stderr } = await resume(3);
    expect(stderr).toMatch(/^s2s: \S*last\.safetensors is damaged: .*: going on from \S*previous\.safetensors\n$/);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^epoch 3\/3/m) });
    for (const name of ["last", "previous"]) await writeFile(join(folder, "hurt", "checkpoints", `${name}.safetensors`), "damaged");
    expect(await refused("train", "--resume", "hurt", "--epochs", "4")).toMatch(/hurt.checkpoints: no checkpoint is whole/);
  });

  it("a loss that is no number: stops, names the step, keeps what was saved", async () => {
    // Each step multiplies the weights by 1 - 1000.
    const divergent = ["--lr", "1000", "--optimizer", "adamw", "--weight-decay", "1"];
    const args = [
      "train",
      "--data",
      "pairs.tsv",
      "--out",
      "diverged",
      "--hidden",
      "8",
      "--embedding",
      "8",
      "--epochs",
      "200",
      "--save-every",
      "1",
    ];
    const { code, stderr } = await s2s([...args, ...divergent], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^s2s: [^\n]*step \d+[^\n]*\n$/);
    expect(await readdir(join(folder, "diverged", "checkpoints"))).toContain("last.safetensors");
  });

  it.skipIf(!canLimitFileSize)("a file that the system will not write whole: loses nothing that was saved", async () => {
    await cp(join(folder, "run"), join(folder, "full"), { recursive: true });
    const last = join(folder, "full", "checkpoints", "last.safetensors");
    const before = await readFile(last);
    // 8 blocks of 512 bytes: a checkpoint has 20 kB. The signal of the limit is ignored, as a full disk sends none.
    const command = `trap '' XFSZ; ulimit -f 8; exec "${process.execPath}" "${BIN}" train --resume full --epochs 2`;
    const { status, stderr } = spawnSync("bash", ["-c", command], { cwd: folder, encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/^s2s: full\S+: cannot write: [^\n]+\n$/) });
    expect(await readFile(last)).toEqual(before);
    const { code } = await s2s(["train", "--resume", "full", "--epochs", "2"], { cwd: folder });
    expect(code).toBe(0);
  });
});
