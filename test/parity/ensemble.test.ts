import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkParity, chooseDevices } from "@s2s/parity";
import { readBundle, UserError } from "@s2s/runtime";
import type { Precision } from "@s2s/runtime/manifest";
import { exportRun, resolveConfig } from "@s2s/trainer";
import { describe, expect, test } from "vitest";
import type { Expectation } from "../../packages/parity/src/expect/expecter.ts";
import { expecterOf } from "../../packages/parity/src/expect/index.ts";
import { askDevice } from "../../packages/parity/src/hosts/ask.ts";
import { judgeVariant } from "../../packages/parity/src/judge.ts";
import { drawSources } from "../../packages/parity/src/probes.ts";
import { readWeights } from "../../packages/parity/src/weights.ts";
import { addTrainable } from "../../packages/trainer/src/trainable.ts";
import { KINDS, type Made, writeMadeBundle } from "../support/task-bundles.ts";
import { Workplace } from "../support/workplace.ts";
import { COPYING } from "./support/made.ts";

const place = await Workplace.create();
const { translate } = KINDS;
const every: readonly Precision[] = ["float32", "float16", "int8"];
const cpu = chooseDevices(["cpu"])[0]!;

const ensembles: Readonly<Record<string, { readonly members: readonly Made[]; readonly precisions?: readonly Precision[] }>> = {
  "translations of unlike models": { members: [translate, COPYING, translate], precisions: every },
  "texts by themselves": { members: [KINDS.generate, KINDS.generate] },
  "captions of an image": { members: [KINDS.caption, KINDS.caption] },
  "a label of a text": { members: [KINDS.classify, KINDS.classify] },
  "labels of tokens": { members: [KINDS.tag, KINDS.tag] },
  "numbers that each member feeds back to itself": { members: [KINDS.forecast, KINDS.forecast, KINDS.forecast] },
};

/** Writes each member with weights of its own, and all of them as one bundle. */
async function exportMembers(name: string, members: readonly Made[], precisions: readonly Precision[] = ["float32"]): Promise<string> {
  const folders = members.map((_, i) => place.path(`${name} ${i}`));
  for (const [i, made] of members.entries()) await writeMadeBundle(folders[i]!, made, { seed: i + 1, scale: 2 });
  return joined(name, folders, precisions);
}

async function joined(name: string, [first, ...ensemble]: string[], precisions: readonly Precision[] = ["float32"]): Promise<string> {
  const measured = precisions.length > 1 && { data: await place.write("pairs.tsv", "one two\tthree\n"), maxAccuracyDrop: 1 };
  const out = place.path(name);
  await exportRun(first!, { out, ensemble, precisions, ...measured });
  return out;
}

describe("an exported ensemble answers with the mean of its members", { timeout: 120_000 }, () => {
  test.each(Object.entries(ensembles))("%s", async (name, { members, precisions = ["float32"] }) => {
    const [{ model }] = members as [Made];
    const whole = model.input.kind !== "none" && model.output.kind === "tokens";
    const { devices } = await checkParity(await exportMembers(name, members, precisions), { devices: ["cpu", "wasm"] });
    for (const { status, reason, variants = [], ...figures } of devices) {
      expect({ status, reason }).toEqual({ status: "ok", reason: undefined });
      expect(variants.map(({ precision }) => precision)).toEqual(precisions);
      expect(figures.maxOutputDifference ?? figures.maxLogitDifference).toBeLessThan(1e-5);
      for (const { generate } of variants) expect(generate).toBe(whole);
    }
    expect(devices.map(({ name: device }) => device)).toEqual(["node-cpu", "node-wasm"]);
  });
});

describe("other members are found out", { timeout: 120_000 }, () => {
  test("where a device leaves one out, or takes one for another", async () => {
    const whole = await exportMembers("whole", [translate, translate]);
    const [first, second] = [place.path("whole 0"), place.path("whole 1")];
    const { manifest } = await readBundle(whole);
    const expecter = expecterOf(manifest, (await readWeights(whole, manifest)).weights);
    const asked: Expectation[] = [];
    for (const sources of drawSources(manifest)) asked.push(await expecter.expect(sources, async () => {}));
    const workload = { batches: asked.map(({ work }) => work), searches: expecter.searches };
    /** What is wrong with the answers of another bundle than the one that the reference knows. */
    const problemsOf = async (bundle: string): Promise<readonly string[]> => {
      const answer = await askDevice(cpu, { bundle, provider: "cpu", workload }, [], { timeoutSeconds: 60 });
      if (!("findings" in answer)) throw new Error(JSON.stringify(answer));
      const expected = asked.map((each) => each.expected);
      return judgeVariant(answer.findings.variants[0]!, cpu, workload, expected, undefined).problems;
    };
    expect(await problemsOf(whole)).toEqual([]);
    for (const alone of [first, second]) {
      const problems = await problemsOf(await joined("alone", [alone, alone]));
      for (const what of ["states differ", "logits differ", "generated ids differ"])
        expect(problems).toContainEqual(expect.stringContaining(what));
    }
    // The mean is the same, but whose states are whose is not.
    expect(await problemsOf(await joined("turned", [second, first]))).toEqual([expect.stringMatching(/^float32: states differ/)]);
  });

  test("where the manifest says what no ensemble does", async () => {
    const drawing = place.path("drawing");
    const manifest = await writeMadeBundle(drawing, KINDS.draw);
    await writeFile(join(drawing, "s2s.json"), JSON.stringify({ ...manifest, members: [manifest.model] }));
    const trained = await exportMembers("trained", [KINDS.tag, KINDS.tag]);
    await addTrainable(trained, (await readBundle(trained)).manifest, resolveConfig({}, "test"));
    for (const [folder, problem] of [
      [drawing, "s2s.json: has members, but drawings cannot be averaged; export the bundle again"],
      [trained, "s2s.json: has members, but an ensemble's members are trained one by one; export the bundle again"],
    ] as const)
      await expect(checkParity(folder, { devices: ["cpu"] })).rejects.toThrow(new UserError(problem));
  });
});
