import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBundleAt } from "@s2s/runtime/parts";
import type { Precision } from "@s2s/runtime/manifest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { examine } from "../../packages/parity/src/device/examine.ts";
import type { FoundHypothesis } from "../../packages/parity/src/reference/search.ts";
import { modelOf } from "../support/seq2seq.ts";
import { writeDrawnBundle } from "./support/bundles.ts";

/**
 * What a model of a fixed seed said when it was recorded: a change of numerics shows here, though it may be within all bounds. Record again with
 *
 *     S2S_RECORD=1 npx vitest run test/parity/recorded.test.ts
 *
 * and say in the commit why the numbers changed.
 */
interface Recorded {
  /** By source, of the first state. */
  readonly states: readonly (readonly number[])[];
  /** By source, of the first step. */
  readonly logits: readonly (readonly number[])[];
  /** By search, by source. */
  readonly split: readonly (readonly (readonly FoundHypothesis[])[])[];
  readonly generate: readonly (readonly (readonly FoundHypothesis[])[])[];
}

const record = process.env["S2S_RECORD"] === "1";
const model = modelOf(
  { embedding: 10, hidden: 16, layers: 2, bidirectional: true },
  { embedding: 12, hidden: 24, layers: 2 },
  { source: 30, target: 34 },
);
const sources = [[4, 9, 22, 3], [29, 7, 3], [3], [12, 12, 5, 18, 26, 6, 11, 3]];
const searches = [
  { beams: 1, lengthPenalty: 0, maxLength: 12 },
  { beams: 3, lengthPenalty: 0.8, maxLength: 12 },
];
const SHOWN = 6;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "s2s-recorded-"));
  await writeDrawnBundle(join(folder, "bundle"), { model, seed: 42, precisions: ["float32", "float16", "int8"] });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(["float32", "float16", "int8"] as const)("a recorded model, %s", (precision: Precision) => {
  const file = new URL(`./recorded/${precision}.json`, import.meta.url);

  test("says what it said", async () => {
    const bundle = await openBundleAt(join(folder, "bundle"), { precision });
    const workload = { batches: [{ sources, targets: sources.map(() => []) }], searches };
    const { split, generate = [] } = (await examine(bundle, workload, { provider: "cpu", threads: 1 })).batches[0]!;
    const { states, logits, searches: found } = split!;
    const rows = (data: Float32Array): number[][] =>
      sources.map((_, row) => {
        const width = data.length / sources.length;
        return [...data.subarray(row * width, row * width + SHOWN)].map((value) => Number(value.toPrecision(8)));
      });
    const now: Recorded = { states: rows(states[0]!), logits: rows(logits), split: found, generate };
    if (record) await writeFile(file, `${JSON.stringify(now, null, 1)}\n`);
    const before = JSON.parse(await readFile(file, "utf8")) as Recorded;
    // Processors with other vector units sum in another order.
    near(now.states.flat(), before.states.flat());
    near(now.logits.flat(), before.logits.flat());
    for (const way of ["split", "generate"] as const) {
      expect(now[way].map((each) => each.map((all) => all.map(({ ids }) => ids)))).toEqual(
        before[way].map((each) => each.map((all) => all.map(({ ids }) => ids))),
      );
      const scores = (recorded: Recorded) => recorded[way].flat(2).map(({ score }) => score);
      near(scores(now), scores(before));
    }
  });
});

function near(now: readonly number[], before: readonly number[]): void {
  expect(now).toHaveLength(before.length);
  for (const [i, value] of now.entries()) expect(Math.abs(value - before[i]!) / Math.max(1, Math.abs(before[i]!))).toBeLessThan(3e-6);
}
