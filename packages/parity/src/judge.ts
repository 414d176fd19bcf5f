import type { OutputConfig } from "@s2s/runtime/manifest";
import { boundOf, INT8_AGREEMENT, INT8_DISTANCE } from "./bounds.ts";
import { type Figures, compareDevices, compareWithReference } from "./compare/figures.ts";
import type { Device } from "./devices.ts";
import type { ExpectedBatch } from "./expect/expecter.ts";
import type { VariantReport } from "./report.ts";
import type { VariantFindings, Workload } from "./workload.ts";

export interface Judgement {
  readonly report: VariantReport;
  /** What is out of bounds, in words. */
  readonly problems: readonly string[];
}

/** Holds what a device found of a variant against the reference, and against node-cpu. @param output of the model */
export function judgeVariant(
  found: VariantFindings,
  { provider }: Device,
  { batches }: Workload,
  expected: readonly ExpectedBatch[],
  nodeCpu: VariantFindings | undefined,
  output: OutputConfig["kind"] = "tokens",
): Judgement {
  const { precision } = found;
  const bound = boundOf(precision, provider);
  const figures = compareWithReference(found, batches, expected, precision === "float32" ? bound : 0);
  const problems = precision === "int8" ? roundedProblems(figures, output) : differenceProblems(figures, bound, precision === "float32");
  return {
    report: {
      precision,
      ...(Number.isFinite(bound) && { bound }),
      ok: problems.length === 0,
      generate: found.batches.some(({ generate }) => generate !== undefined),
      ...figures,
      ...(nodeCpu && { fromNodeCpu: compareDevices(found, nodeCpu) }),
    },
    problems: problems.map((problem) => `${precision}: ${problem}`),
  };
}

function differenceProblems(figures: Figures, bound: number, sameIds: boolean): string[] {
  const { maxStateDifference = 0, maxLogitDifference = 0, maxOutputDifference = 0, maxScoreDifference = 0, idsEqual = true } = figures;
  const found = { states: maxStateDifference, logits: maxLogitDifference, outputs: maxOutputDifference, scores: maxScoreDifference };
  const problems = Object.entries(found)
    .filter(([, value]) => value > bound)
    .map(([what, value]) => `${what} differ by ${value.toExponential(1)}, more than ${bound}`);
  if (sameIds && !idsEqual) problems.push("generated ids differ");
  return problems;
}

function roundedProblems(figures: Figures, output: OutputConfig["kind"]): string[] {
  const { maxLogitDifference = 0, maxScoreDifference = 0, maxOutputDifference = 0, outputDistance = 0 } = figures;
  if (![maxLogitDifference, maxScoreDifference, maxOutputDifference].every(Number.isFinite)) return ["its numbers are not finite"];
  if (output === "numbers" || output === "strokes") {
    if (outputDistance <= INT8_DISTANCE) return [];
    return [`its numbers are off by ${percent(outputDistance)}, more than ${percent(INT8_DISTANCE)}`];
  }
  const agreement = figures.tokenAgreement ?? figures.outputAgreement ?? figures.rowAgreement ?? 1;
  if (agreement >= INT8_AGREEMENT) return [];
  const what = output === "tokens" ? "tokens" : "labels";
  return [`only ${percent(agreement)} of the ${what} are the reference's, less than ${100 * INT8_AGREEMENT}%`];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
