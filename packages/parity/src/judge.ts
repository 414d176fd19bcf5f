import { boundOf, INT8_AGREEMENT } from "./bounds.ts";
import { type Figures, compareDevices, compareWithReference } from "./compare/figures.ts";
import type { Device } from "./devices.ts";
import type { ExpectedBatch } from "./probes.ts";
import type { VariantReport } from "./report.ts";
import type { VariantFindings, Workload } from "./workload.ts";

export interface Judgement {
  readonly report: VariantReport;
  /** What is out of bounds, in words. */
  readonly problems: readonly string[];
}

/** Holds what a device found of a variant against the reference, and against node-cpu. */
export function judgeVariant(
  found: VariantFindings,
  { provider }: Device,
  { batches }: Workload,
  expected: readonly ExpectedBatch[],
  nodeCpu: VariantFindings | undefined,
): Judgement {
  const { precision } = found;
  const bound = boundOf(precision, provider);
  const figures = compareWithReference(found, batches, expected, precision === "float32" ? bound : 0);
  const problems = precision === "int8" ? agreementProblems(figures) : differenceProblems(figures, bound, precision === "float32");
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
  const { maxStateDifference = 0, maxLogitDifference = 0, maxScoreDifference, idsEqual } = figures;
  const problems = Object.entries({ states: maxStateDifference, logits: maxLogitDifference, scores: maxScoreDifference })
    .filter(([, value]) => value > bound)
    .map(([what, value]) => `${what} differ by ${value.toExponential(1)}, more than ${bound}`);
  if (sameIds && !idsEqual) problems.push("generated ids differ");
  return problems;
}

function agreementProblems({ tokenAgreement, outputAgreement, maxLogitDifference = 0, maxScoreDifference }: Figures): string[] {
  if (!Number.isFinite(maxLogitDifference) || !Number.isFinite(maxScoreDifference)) return ["its numbers are not finite"];
  const agreement = tokenAgreement ?? outputAgreement;
  if (agreement >= INT8_AGREEMENT) return [];
  return [`only ${(100 * agreement).toFixed(1)}% of the tokens are the reference's, less than ${100 * INT8_AGREEMENT}%`];
}
