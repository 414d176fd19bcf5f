import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BIN } from "../../packages/cli/test/support/bin.ts";
import { filesOf } from "../support/files.ts";
import { letterSequences, reversalPairs } from "../support/tasks.ts";
import { Workplace } from "../support/workplace.ts";

const place = await Workplace.create();
const TINY = ["--hidden", "8", "--embedding", "8", "--threads", "1"];
const train = (out: string, ...more: string[]) => ["train", "--data", "pairs.tsv", ...TINY, "--out", out].concat(more);

beforeAll(async () => {
  await place.write("pairs.tsv", reversalPairs(letterSequences(60)));
  await place.ok(...train("run", "--epochs", "3"));
  await place.ok(...train("whole", "--epochs", "5"));
});

/** Changes one bit somewhere in a file, or cuts the file off there. Returns what it did. */
async function damage(path: string, way: "flip" | "cut"): Promise<string> {
  const bytes = await readFile(path);
  const at = Math.floor(Math.random() * bytes.length);
  if (way === "flip") bytes[at]! ^= 1 << Math.floor(Math.random() * 8);
  await writeFile(path, way === "flip" ? bytes : bytes.subarray(0, at));
  return `${way} at byte ${at} of ${path}`;
}

describe("damage at a random place", () => {
  const bundle = ["encoder.onnx", "decoder.onnx", "generate.onnx", "weights.safetensors", "source.tokenizer.json", "target.tokenizer.json"];
  const ways = ["flip", "cut"] as const;

  test.each(bundle.flatMap((name) => ways.map((way) => [way, name] as const)))("%s: a bundle's %s", async (way, name) => {
    const copy = place.path(`${way} ${name}`);
    await cp(place.path("run/bundle"), copy, { recursive: true });
    const what = await damage(`${copy}/${name}`, way);
    expect(await place.refused("translate", copy, "abc"), what).toMatch(new RegExp(`${name}: .*copy or export the bundle again$`));
  });

  test.each(ways)("%s: the newest checkpoint: goes on from the one before, says so, and ends with the same bytes", async (way) => {
    await cp(place.path("run"), place.path(way), { recursive: true });
    const what = await damage(place.path(way, "checkpoints/last.safetensors"), way);
    const { code, stdout, stderr } = await place.s2s(["train", "--resume", way, "--epochs", "5"]);
    expect({ code, stderr }, what).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^s2s: \S+last\.safetensors is damaged: .*: going on from \S+previous\.safetensors\n$/),
    });
    expect(stdout).toContain("Going on in epoch 3,");
    const { "bundle/weights.safetensors": weights, "checkpoints/last.safetensors": last } = await filesOf(place.path(way));
    expect(await filesOf(place.path("whole"))).toMatchObject({
      "bundle/weights.safetensors": weights,
      "checkpoints/last.safetensors": last,
    });
  });

  test("both checkpoints: one line, and nothing else is touched", async () => {
    await cp(place.path("run"), place.path("both"), { recursive: true });
    for (const name of ["last", "previous"]) await damage(place.path("both/checkpoints", `${name}.safetensors`), "cut");
    const before = await filesOf(place.path("both"));
    expect(await place.refused("train", "--resume", "both", "--epochs", "5")).toMatch(
      /^both\/checkpoints: no checkpoint is whole \(.*\); restore one/,
    );
    expect(await filesOf(place.path("both"))).toEqual(before);
    expect(await place.ok("translate", "both", "abc")).toBe(await place.ok("translate", "run", "abc"));
  });

  test("the run's configuration", async () => {
    await cp(place.path("run"), place.path("config"), { recursive: true });
    await writeFile(place.path("config/config.json"), (await readFile(place.path("run/config.json"))).subarray(0, 200));
    expect(await place.refused("train", "--resume", "config", "--epochs", "5")).toMatch(/config\/config\.json:\d+: is not valid JSON/);
  });
});

test("a loss that is no longer a number: stops, names the step, keeps the last good checkpoint and the model of the best epoch", async () => {
  // Every step multiplies the weights by 1 - 1000, once the first epoch is saved.
  const divergent = ["--lr", "1000", "--optimizer", "adamw", "--weight-decay", "1", "--save-every", "1", "--epochs", "50"];
  const { code, stdout, stderr } = await place.s2s(train("diverged", ...divergent));
  expect({ code, stderr }, stdout).toEqual({
    code: 2,
    stderr: expect.stringMatching(
      /^s2s: training diverged: .* at step \d+ \(epoch \d+\); the checkpoint of step \d+ in diverged is kept; .*\n$/,
    ),
  });
  const before = await filesOf(place.path("diverged/checkpoints"));
  const [, step] = /at step (\d+)/.exec(stderr)!;
  // Going on comes to the same step again, and loses nothing either.
  expect((await place.s2s(["train", "--resume", "diverged"])).stderr).toContain(`at step ${step} `);
  expect(await filesOf(place.path("diverged/checkpoints"))).toEqual(before);
  expect(await place.ok("translate", "diverged", "abc", "--max-length", "5")).toMatch(/\n$/);
});

describe("a full disk", () => {
  /** A file system of its own in memory: root may mount one. */
  const disk = place.path("disk");
  const mounted = mountSmallDisk();
  afterAll(() => {
    if (mounted) spawnSync("umount", [disk]);
  });

  function mountSmallDisk(): boolean {
    if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
    spawnSync("mkdir", ["-p", disk]);
    return spawnSync("mount", ["-t", "tmpfs", "-o", "size=400k", "tmpfs", disk]).status === 0;
  }

  test.skipIf(!mounted)("at any checkpoint loses nothing that was saved, and the run goes on when there is room", async () => {
    await place.ok(...train("disk/run", "--epochs", "2"));
    const before = await filesOf(place.path("disk/run"));
    // Every amount of room, from none to enough.
    let [finished, refusals] = [false, 0];
    for (let room = 0; !finished; room += 12) {
      await writeFile(place.path("disk/ballast"), Buffer.alloc(free(disk) - room * 1024));
      const { code, stderr } = await place.s2s(["train", "--resume", "disk/run", "--epochs", "3"]);
      finished = code === 0;
      if (!finished) {
        expect({ code, stderr }).toEqual({
          code: 2,
          stderr: expect.stringMatching(/^s2s: disk\/run\S*: cannot write: the disk is full; free some space.*\n$/),
        });
        const { "checkpoints/last.safetensors": last } = await filesOf(place.path("disk/run"));
        refusals += 1;
        expect(last, `${room} KiB free`).toBe(before["checkpoints/last.safetensors"]);
      }
      await rm(place.path("disk/ballast"));
    }
    expect(refusals).toBeGreaterThan(2);
    await place.ok("train", "--resume", "disk/run", "--epochs", "5");
    const [run, whole] = [await filesOf(place.path("disk/run")), await filesOf(place.path("whole"))];
    for (const name of ["checkpoints/last.safetensors", "bundle/weights.safetensors"]) expect(run[name]).toBe(whole[name]);
  });

  test.skipIf(!mounted)("at a new run, at graphs and at a recipe", async () => {
    await writeFile(place.path("disk/ballast"), Buffer.alloc(Math.max(0, free(disk) - 8192)));
    for (const args of [
      train("disk/new"),
      ["build-graph", "--data", "pairs.tsv", "--out", "disk/graphs"],
      ["init", "disk/dates", "--recipe", "dates"],
    ]) {
      const { code, stderr } = await place.s2s(args);
      expect({ code, stderr }, args[0]).toEqual({
        code: 2,
        stderr: expect.stringMatching(/^s2s: disk\/\S+ .*the disk is full[:;] free some space and start again\n$/),
      });
    }
    expect(await readdir(disk)).not.toContain("graphs");
  });

  test.skipIf(!existsSync("/dev/full"))("under the output: training saves what it has", async () => {
    const shell = (args: string[]) =>
      spawnSync("sh", ["-c", '"$0" "$@" > /dev/full', process.execPath, BIN, ...args], { cwd: place.folder, encoding: "utf8" });
    const full = { status: 2, stderr: "s2s: standard output: the disk is full: free some space and start again\n" };
    expect(shell(["translate", "run", "abc", "--max-length", "2", "--json"])).toMatchObject(full);
    expect(shell(train("full", "--epochs", "100"))).toMatchObject(full);
    expect(await readdir(place.path("full/checkpoints"))).toContain("last.safetensors");
  });
});

/** Bytes that can still be written to a file system. */
function free(path: string): number {
  const { stdout } = spawnSync("df", ["--output=avail", "-k", path], { encoding: "utf8" });
  return 1024 * Number(stdout.trim().split("\n").at(-1));
}

test.skipIf(process.platform === "win32")(
  "a second Ctrl-C ends at once, in the middle of a step, and costs no more than a kill",
  async () => {
    const long = Array.from({ length: 64 }, (_, i) => `${"abcdefgh".repeat(25)}\t${"abcdefgh".repeat(20 + (i % 2))}\n`);
    await place.write("long.tsv", long.join(""));
    const {
      process: child,
      finished,
      waitFor,
    } = place.start("train", "--data", "long.tsv", "--hidden", "512", "--threads", "1", "--out", "wide");
    await waitFor("examples to train on");
    child.kill("SIGINT");
    await sleep(400);
    child.kill("SIGINT");
    const { code, signal, stderr } = await finished;
    expect({ code, signal, stderr }).toEqual({
      code: null,
      signal: "SIGINT",
      stderr: "s2s: finishing this step, then saving; Ctrl-C again ends at once\n",
    });
  },
);

test("a damaged bundle is made anew by going on with its run", async () => {
  await cp(place.path("run"), place.path("mended"), { recursive: true });
  await damage(place.path("mended/bundle/weights.safetensors"), "cut");
  await place.refused("translate", "mended", "abc");
  await place.ok("train", "--resume", "mended");
  await place.ok("translate", "mended", "abc");
});
