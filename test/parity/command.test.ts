import { chmod, stat, writeFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { readBundle } from "@s2s/runtime";
import { resolveConfig } from "@s2s/trainer";
import { beforeAll, describe, expect, test } from "vitest";
import { s2s } from "../../packages/cli/test/support/bin.ts";
import { addTrainable } from "../../packages/trainer/src/trainable.ts";
import { modelOf } from "../support/seq2seq.ts";
import { Workplace } from "../support/workplace.ts";
import { writeDrawnBundle } from "./support/bundles.ts";

const place = await Workplace.create();
const model = modelOf({ bidirectional: true }, { hidden: 9 }, { source: 14, target: 17 });

interface Report {
  readonly ok: boolean;
  readonly devices: readonly { readonly name: string; readonly status: string; readonly reason?: string }[];
}

/** The one device of a report that is not ok. */
async function failing(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Report["devices"][number]> {
  const { code, stdout, stderr } = await s2s(["parity", ...args, "--json"], { cwd: place.folder, env });
  expect({ code, lines: stdout.trimEnd().split("\n").length }, stderr).toEqual({ code: 1, lines: 1 });
  const { ok, devices } = JSON.parse(stdout) as Report;
  expect(ok).toBe(false);
  expect(devices).toHaveLength(1);
  return devices[0]!;
}

beforeAll(async () => {
  const folder = place.path("bundle");
  await writeDrawnBundle(folder, { model, maxLength: 10 });
  const config = resolveConfig({ training: { labelSmoothing: 0.1, optimizer: "momentum", learningRate: 0.1 } }, "test");
  await addTrainable(folder, (await readBundle(folder)).manifest, config);
});

describe("s2s parity", { timeout: 120_000 }, () => {
  test("prints one JSON object with what each device is off by", async () => {
    const report = await place.json("parity", "bundle", "--devices", "wasm,cpu");
    const small = expect.toSatisfy((value: number) => value > 0 && value < 1e-5);
    const figures = { maxLogitDifference: small, maxStateDifference: small, maxScoreDifference: small, idsEqual: true };
    const training = { lossDifference: small, gradientDifference: small };
    expect(report).toMatchObject({
      ok: true,
      reference: "float32",
      devices: [
        { name: "node-cpu", status: "ok", ...figures, ...training, variants: [{ precision: "float32", generate: true, ok: true }] },
        { name: "node-wasm", status: "ok", ...figures, ...training, variants: [{ fromNodeCpu: figures }] },
      ],
    });
  });

  test("shows a table", async () => {
    const lines = (await place.ok("parity", "bundle", "--devices", "node-cpu")).trimEnd().split("\n");
    expect(lines[0]).toMatch(/^device +precision +what +difference +bound +ok$/);
    const rows = ["states", "logits", "scores", "losses", "gradients"].map(
      (what) => new RegExp(String.raw`^node-cpu +float32 +${what} +\d\.\de-\d+ +1\.0e-5 +yes$`),
    );
    for (const row of rows) expect(lines).toContainEqual(expect.stringMatching(row));
    expect(lines).toContainEqual(expect.stringMatching(/^node-cpu +float32 +answers, also of generate\.onnx +equal +yes$/));
  });

  test("holds an exported ensemble against the mean of its members", async () => {
    await writeDrawnBundle(place.path("second"), { model, maxLength: 10, seed: 2 });
    await place.ok("export", "second", "--ensemble", "bundle", "--out", "joined");
    const small = expect.toSatisfy((value: number) => value > 0 && value < 1e-5);
    expect(await place.json("parity", "joined", "--devices", "cpu")).toMatchObject({
      ok: true,
      devices: [{ maxLogitDifference: small, maxStateDifference: small, idsEqual: true, variants: [{ generate: true }] }],
    });
  });

  test("ends with 1 where a device computes something else than the manifest says", async () => {
    await writeDrawnBundle(place.path("other"), { model, maxLength: 10 });
    const config = resolveConfig({ training: { labelSmoothing: 0.1 } }, "test");
    const manifest = await addTrainable(place.path("other"), (await readBundle(place.path("other"))).manifest, config);
    await writeFile(
      place.path("other", "s2s.json"),
      JSON.stringify({ ...manifest, trainable: { ...manifest.trainable, labelSmoothing: 0.2 } }),
    );
    expect(await failing(["other", "--devices", "cpu"])).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(/^training: losses differ by .*; training: gradients differ by /),
    });
  });

  test("skips a browser that is not there and says so; nothing was compared then", async () => {
    expect(await failing(["bundle", "--devices", "chromium-wasm"], { CHROME_PATH: place.path("none"), S2S_CHROMIUM: "" })).toEqual({
      name: "chromium-wasm",
      status: "skipped",
      reason: `CHROME_PATH names ${place.path("none")}, which is no program`,
    });
  });

  test.skipIf(process.platform === "win32")("does not wait for a browser that ends or says nothing", async () => {
    const browser = async (name: string, script: string): Promise<Record<string, string>> => {
      await writeFile(place.path(name), `#!/bin/sh\n${script}\n`);
      await chmod(place.path(name), 0o755);
      return { S2S_CHROMIUM: place.path(name) };
    };
    const ends = await browser("ends", "echo no display >&2; exit 3");
    expect(await failing(["bundle", "--devices", "chromium-wasm"], ends)).toMatchObject({
      status: "failed",
      reason: "its process ended (exit code 3): no display",
    });
    const beat = place.path("beat");
    const hangs = await browser("hangs", `(while true; do echo >> ${JSON.stringify(beat)}; sleep 0.1; done) & wait`);
    expect(await failing(["bundle", "--devices", "chromium-wasm", "--timeout", "2"], hangs)).toMatchObject({
      status: "failed",
      reason: "it gave no answer within 2 s; give it longer with --timeout",
    });
    // Nor is anything of it left.
    const { size } = await stat(beat);
    expect(size).toBeGreaterThan(1);
    await setTimeout(500);
    expect((await stat(beat)).size).toBe(size);
  });

  test("refuses what it cannot work with in one line", async () => {
    expect(await place.refused("parity", "bundle", "--devices", "cpu,tpu")).toMatch(/^unknown device "tpu": choose of node-cpu, /);
    expect(await place.refused("parity", "nowhere")).toMatch(/^nowhere: there is no such folder/);
    expect(await place.refused("parity", "bundle", "--timeout", "soon")).toMatch(/^--timeout soon/);
  });
});
