import { matmul } from "../../ops/matmul.ts";
import { transpose } from "../../ops/movement.ts";
import { type MakeScore, coverageTerm } from "./score.ts";

/** score = q . m w (Luong et al. 2015, "general"). Parameter: key.w [W, Q]. */
export const general: MakeScore = (scope, widths) => {
  const { memory, query } = widths;
  const w = scope.in("key").parameter("w", [memory, query], { kind: "uniform", bound: 1 / Math.sqrt(memory) });
  const withCoverage = coverageTerm(scope, widths);
  return {
    keys: (values) => matmul(values, w),
    score: (queries, keys, coverage) => withCoverage(matmul(queries, transpose(keys)), coverage),
  };
};
