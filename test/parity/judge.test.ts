import { initialize, traceInference } from "@s2s/graph-builder";
import { Reference, chooseDevices } from "@s2s/parity";
import type { Precision } from "@s2s/runtime/manifest";
import { describe, expect, test } from "vitest";
import { difference, relativeToLargest } from "../../packages/parity/src/compare/difference.ts";
import { judgeVariant } from "../../packages/parity/src/judge.ts";
import { expectBatch } from "../../packages/parity/src/expect/tokens.ts";
import type { SplitFindings, VariantFindings } from "../../packages/parity/src/workload.ts";
import { modelOf } from "../support/seq2seq.ts";

const model = modelOf();
const weights = new Map(
  traceInference(model).parameters.map((spec) => [spec.name, { shape: spec.shape, data: initialize(spec, 3).map((value) => 3 * value) }]),
);
const sources = [[4, 9, 3], [3]];
const searches = [
  { beams: 1, lengthPenalty: 0, maxLength: 6 },
  { beams: 3, lengthPenalty: 1, maxLength: 6 },
];
const { work, expected } = await expectBatch(new Reference(model, weights), sources, searches, async () => {});
const workload = { batches: [work], searches };

/** What a device would find that computes as the reference does. */
function exact(): SplitFindings {
  const steps = 1 + Math.max(...work.targets.map(({ length }) => length));
  const logits = new Float32Array(steps * sources.length * model.output.vocabulary);
  for (const [row, rows] of expected.logits.entries()) {
    for (const [t, one] of rows.entries()) logits.set(one, (t * sources.length + row) * model.output.vocabulary);
  }
  const states = expected.states[0]!.map((_, k) => Float32Array.from(expected.states.flatMap((own) => [...own[k]!])));
  return { states, logits, searches: expected.searches.map((each) => each.map(({ hypotheses }) => hypotheses)) };
}

const judge = (split: SplitFindings, precision: Precision = "float32", margin?: number, device = "cpu") => {
  const found: VariantFindings = { precision, batches: [{ split, generate: split.searches }] };
  const batch =
    margin === undefined ? expected : { ...expected, searches: expected.searches.map((all) => all.map((one) => ({ ...one, margin }))) };
  return judgeVariant(found, chooseDevices([device])[0]!, workload, [batch], undefined);
};
const changed = (data: Float32Array, at: number, by: number): Float32Array => data.map((value, i) => (i === at ? value + by : value));

describe("what is out of bounds is found", () => {
  test("nothing is wrong with the reference's own numbers", () => {
    expect(judge(exact())).toMatchObject({
      problems: [],
      report: { ok: true, idsEqual: true, ties: 0, tokenAgreement: 1, outputAgreement: 1 },
    });
    expect(judge(exact()).report.maxLogitDifference).toBeLessThan(1e-6);
  });

  test.each([0, 7, 20])("one logit, one state", (at) => {
    const good = exact();
    const logits = judge({ ...good, logits: changed(good.logits, at, 1e-3) });
    expect(logits.problems).toEqual([expect.stringMatching(/^float32: logits differ by .*, more than 0.00001$/)]);
    const state = at % good.states[0]!.length;
    const states = judge({ ...good, states: good.states.map((data, k) => (k === 1 ? changed(data, state, 1e-3) : data)) });
    expect(states.problems).toEqual([expect.stringMatching(/^float32: states differ/)]);
  });

  test("NaN, in float32 and in int8", () => {
    const good = exact();
    for (const precision of ["float32", "int8"] as const)
      expect(judge({ ...good, logits: changed(good.logits, 5, Number.NaN) }, precision).report.ok).toBe(false);
  });

  test("a bound is that of precision and device", () => {
    const good = exact();
    const off = (by: number): SplitFindings => ({ ...good, logits: good.logits.map((value) => value + by * Math.max(1, Math.abs(value))) });
    expect(judge(off(5e-5)).report.ok).toBe(false);
    expect(judge(off(5e-5), "float32", undefined, "webgpu").report.ok).toBe(true);
    expect(judge(off(5e-4), "float32", undefined, "webgpu").report.ok).toBe(false);
    expect(judge(off(5e-3), "float16").report.ok).toBe(true);
    expect(judge(off(5e-2), "float16").report.ok).toBe(false);
    expect(judge(off(5e-2), "int8").report.ok).toBe(true);
  });

  test("other ids, unless the reference decided by less than the bound", () => {
    const good = exact();
    const other = good.searches.map((all, search) =>
      all.map((hypotheses, source) => (search === 1 && source === 0 ? [{ ids: [5, 5], score: -1 }, ...hypotheses.slice(1)] : hypotheses)),
    );
    const wrong = { ...good, searches: other };
    expect(judge(wrong)).toMatchObject({
      problems: ["float32: generated ids differ"],
      report: { idsEqual: false, outputAgreement: 6 / 8 },
    });
    expect(judge(wrong, "float32", 2e-5).report).toMatchObject({ idsEqual: false, ties: 0 });
    // Found by both ways to an answer.
    expect(judge(wrong, "float32", 5e-6)).toMatchObject({ problems: [], report: { idsEqual: true, ties: 2 } });
    const shorter = { ...good, searches: good.searches.map((all) => all.map((hypotheses) => hypotheses.slice(0, 1))) };
    expect(judge(shorter).report.idsEqual).toBe(false);
  });

  test("int8 that often holds another token for the most probable", () => {
    const good = exact();
    const logits = good.logits.map((value, i) => (i % model.output.vocabulary === 9 ? value + 100 : value));
    expect(judge({ ...good, logits }, "int8").problems).toEqual([expect.stringMatching(/^int8: only \d+\.\d% of the tokens/)]);
  });
});

test("differences", () => {
  expect(difference([1, 2.5, 300], [1, 2, 200])).toBe(0.5);
  expect(difference([0.5], [0.25])).toBe(0.25);
  expect(difference([1], [1, 2])).toBe(Infinity);
  expect(difference([Number.NaN, 0], [1, 0])).toBe(Infinity);
  expect(relativeToLargest([1e-6, 2e-6], [1e-6, 4e-6])).toBe(0.5);
  expect(relativeToLargest([0, 1e-3], [0, 0])).toBe(1e-3);
});

test("devices are named in full, or shortly for Node's", () => {
  const names = (given?: string[]) => chooseDevices(given).map(({ name }) => name);
  expect(names(["webgpu", "cpu", "node-cpu"])).toEqual(["node-cpu", "node-webgpu"]);
  expect(names(["chromium-webgpu", "cuda"])).toEqual(["node-cuda", "chromium-webgpu"]);
  expect(names()).toEqual(["node-cpu", "node-wasm", "node-webgpu", "chromium-wasm", "chromium-wasm-worker", "chromium-webgpu"]);
  expect(() => names(["gpu"])).toThrow(/unknown device "gpu"/);
  expect(() => names([])).toThrow(/no device is given/);
});
